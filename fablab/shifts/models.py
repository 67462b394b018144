"""Rows of shifts, of the people who take them, and of the notes that they hand over."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.period import Period
from fablab.core.personal import about, wiped
from fablab.members.models import Member
from fablab.sites.models import Site
from fablab.training.models import Course


class Shift(Model):
    """A time at a site that takes a number of people; laid out from the timetable, or added by staff."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("minimum BETWEEN 1 AND 99", name="minimum"),
        Index(None, "site_id", "starts_at"),
        Index(None, "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    minimum: Mapped[int] = mapped_column(default=1)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    """The certificate that those who take it must hold."""
    note: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(unique=True)
    """Which opening of the timetable it was laid out for, so that it is laid out once; NULL if staff added it."""
    withdrawn_at: Mapped[OptionalInstant]
    alerted_at: Mapped[OptionalInstant]
    """When staff were told that people are missing."""
    version: Mapped[int] = mapped_column(default=1)
    site: Mapped[Site] = relationship()
    course: Mapped[Course | None] = relationship()
    duties: Mapped[list["Duty"]] = relationship(back_populates="shift", order_by="Duty.id")

    @property
    def period(self) -> Period:
        """From its start to its end."""
        return Period(self.starts_at, self.ends_at)


class DutyState(StrEnum):
    """How far somebody's promise is."""

    TAKEN = "taken"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    HANDED_OVER = "handed_over"
    MISSED = "missed"
    """Staff say that they did not come."""

    @property
    def stands(self) -> bool:
        return self in (DutyState.TAKEN, DutyState.CONFIRMED)


class Duty(Model):
    """Somebody takes a shift; dropping it or handing it over closes the row and keeps it."""

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint("state IN ('taken', 'confirmed', 'dropped', 'handed_over', 'missed')", name="state"),
        Index("uq_duties_standing", "shift_id", "member_id", unique=True, **where("state IN ('taken', 'confirmed')")),
        Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    state: Mapped[str] = mapped_column(default=DutyState.TAKEN)
    taken_at: Mapped[Instant]
    confirmed_at: Mapped[OptionalInstant]
    ended_at: Mapped[OptionalInstant]
    """When it was dropped or handed over."""
    reason: Mapped[str] = mapped_column(default="", info=wiped())
    offered_at: Mapped[OptionalInstant]
    """When its person asked for a replacement; NULL while they did not."""
    in_exchange_for_id: Mapped[int | None] = mapped_column(ForeignKey("duties.id"))
    """The duty that its person asks for in exchange; NULL is nothing."""
    shift: Mapped[Shift] = relationship(back_populates="duties")
    member: Mapped[Member] = relationship()


class HandoverNote(Model):
    """What those of a shift tell those of the next ones."""

    __tablename__ = "handover_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    at: Mapped[Instant]
    text: Mapped[str] = mapped_column(info=wiped())
    member: Mapped[Member] = relationship()
