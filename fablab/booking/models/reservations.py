"""Rows of reservations and of the claims that they hold on places."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.catalog.models import Resource
from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.period import Period
from fablab.core.personal import about, apart, did, part_of, wiped
from fablab.members.models import Member

LONGEST_CLAIM = timedelta(days=31)
"""A claim is never longer, so that what is taken at a time is found without reading a place's whole past; what takes
longer holds several claims in a row. The database refuses a longer one (migration 0002)."""
NATURES = "'member', 'service_job', 'class', 'maintenance', 'demonstration'"


class Nature(StrEnum):
    """What a use is; it decides billing and statistics."""

    MEMBER = "member"
    SERVICE_JOB = "service_job"
    CLASS = "class"
    MAINTENANCE = "maintenance"
    DEMONSTRATION = "demonstration"


class ReservationState(StrEnum):
    """What became of a reservation; that it has begun is told by `started_at`."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class ReviewState(StrEnum):
    """How far staff are with a reservation that they approve first; until they do it keeps its time."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"
    """Nobody decided in time."""


class ChangeKind(StrEnum):
    """What somebody did to a reservation that stands."""

    MOVED = "moved"
    EXTENDED = "extended"
    SHORTENED = "shortened"
    HANDED_OVER = "handed_over"


class Reservation(Model):
    """A member has a resource for a period, and an account pays for it."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint(f"nature IN ({NATURES})", name="nature"),
        CheckConstraint("state IN ('booked', 'cancelled', 'no_show')", name="state"),
        UniqueConstraint("created_by_id", "request_key"),
        Index(None, "resource_id", "starts_at"),
        Index(None, "member_id", "starts_at"),
        Index(None, "account_id", "starts_at"),
        Index(None, "starts_at", "ends_at"),
        Index(None, "series_id", **where("series_id IS NOT NULL")),
        Index(None, "together_id", **where("together_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    nature: Mapped[str] = mapped_column(default=Nature.MEMBER)
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    places: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many places of the resource."""
    state: Mapped[str] = mapped_column(default=ReservationState.BOOKED)
    started_at: Mapped[OptionalInstant]
    """When the machine, or the member, first showed that the use had begun."""
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    request_key: Mapped[str | None]
    """The client's word for this request: asked twice, answered with the same reservation."""
    cancelled_at: Mapped[OptionalInstant]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    cancel_reason: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """What its member is told when staff have cancelled it."""
    missed_at: Mapped[OptionalInstant]
    """When staff said that nobody came."""
    missed_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    job: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """What is to be made, or of what, where the lab's rules ask for it."""
    guests: Mapped[int] = mapped_column(default=0, server_default="0")
    companion_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Who comes along, where nobody may be alone."""
    override_reason: Mapped[str] = mapped_column(default="", server_default=text("''"), info=wiped())
    """Why staff reserved it although rules spoke against it; `override_codes` says which, with commas."""
    override_codes: Mapped[str] = mapped_column(default="", server_default=text("''"))
    checked_in_at: Mapped[OptionalInstant]
    """When somebody said that they are there."""
    returned_at: Mapped[OptionalInstant]
    """When staff say that it was brought back, or left."""
    together_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"), info=apart())
    """The first of those that were made together, all or none."""
    series_id: Mapped[int | None] = mapped_column(ForeignKey("reservation_series.id"), info=apart())
    """What it repeats, where it is one of a weekly series."""
    review: Mapped[str | None]
    """Asked, approved, declined or lapsed, where staff approve it first."""
    review_by: Mapped[OptionalInstant]
    """Until when staff may approve it before it is given back."""
    reviewed_at: Mapped[OptionalInstant]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), info=wiped())
    """The terms on which it was reserved (`booking.terms`), so that stricter ones of later cost nothing."""
    offered_until: Mapped[OptionalInstant]
    """It only keeps a place for somebody who waits, until then. It is no reservation yet, so that its state is
    `cancelled` for all who ask for those that stand; whoever accepts reserves anew, and this row goes."""
    version: Mapped[int] = mapped_column(default=1)
    resource: Mapped[Resource] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    companion: Mapped[Member | None] = relationship(foreign_keys=companion_id)
    claims: Mapped[list["Claim"]] = relationship(back_populates="reservation")

    @property
    def period(self) -> Period:
        """When the member has it, from start to end."""
        return Period(self.starts_at, self.ends_at)


class Claim(Model):
    """One place of one resource is taken for a time, set-up and cleaning included.

    The database itself refuses two active claims on one place at one time: an exclusion constraint on PostgreSQL,
    triggers on SQLite (migration 0002). Everything that keeps something from others is a claim.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("occupied_from < occupied_to", name="order"),
        CheckConstraint("place >= 1", name="place"),
        Index("ix_claims_taken", "resource_id", "place", "active", "occupied_from"),
        Index("ix_claims_in_time", "resource_id", "active", "occupied_from", "occupied_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), index=True, info=part_of())
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    place: Mapped[int]
    occupied_from: Mapped[Instant]
    occupied_to: Mapped[Instant]
    active: Mapped[bool] = mapped_column(default=True)
    reservation: Mapped[Reservation] = relationship(back_populates="claims")


class ReservationChange(Model):
    """A reservation was changed: what it was before, who did it and why."""

    __tablename__ = "reservation_changes"
    __table_args__ = (CheckConstraint("kind IN ('moved', 'extended', 'shortened', 'handed_over')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), index=True, info=part_of())
    at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    places: Mapped[int]
    reason: Mapped[str] = mapped_column(default="", info=wiped())
    kind: Mapped[str] = mapped_column(default=ChangeKind.MOVED, server_default="moved")
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Who had it before, where it was handed over."""
    resource: Mapped[Resource] = relationship()

    @classmethod
    def of(
        cls, row: "Reservation", kind: ChangeKind, by_id: int, now: datetime, reason: str = ""
    ) -> "ReservationChange":
        """A change that is about to be made, with what the reservation was until now."""
        return cls(
            reservation_id=row.id,
            at=now,
            by_id=by_id,
            resource_id=row.resource_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            places=row.places,
            reason=reason,
            kind=kind,
            member_id=row.member_id if kind == ChangeKind.HANDED_OVER else None,
        )

    @property
    def period(self) -> Period:
        """The time that it had before."""
        return Period(self.starts_at, self.ends_at)
