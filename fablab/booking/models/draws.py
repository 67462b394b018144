"""Rows of draws: who wishes what of a time that is drawn, and what was drawn."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.booking.models.reservations import Reservation
from fablab.catalog.models import Resource
from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.period import Period
from fablab.core.personal import about, apart, did, wiped
from fablab.members.models import Member
from fablab.sites.models import Site


class EntryState(StrEnum):
    """What became of a wish."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


class DrawEntry(Model):
    """Somebody's wish for a time that is drawn; of several of theirs the first one is dearest to them."""

    __tablename__ = "draw_entries"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at AND draws_at <= starts_at", name="order"),
        CheckConstraint("places >= 1 AND guests >= 0 AND wins >= 1", name="amounts"),
        CheckConstraint("state IN ('open', 'won', 'lost', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        Index("ix_draw_entries_open", "draws_at", "id", **where("state = 'open'")),
        Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    draws_at: Mapped[Instant]
    """When it is decided."""
    wins: Mapped[int]
    """So many of their wishes somebody may win in one draw."""
    places: Mapped[int] = mapped_column(default=1)
    guests: Mapped[int] = mapped_column(default=0)
    job: Mapped[str] = mapped_column(default="", info=wiped())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    """Who pays; NULL is the member's own account."""
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    entered_at: Mapped[Instant]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    state: Mapped[str] = mapped_column(default=EntryState.OPEN)
    settled_at: Mapped[OptionalInstant]
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"), info=apart())
    """What was won."""
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    resource: Mapped[Resource] = relationship()
    reservation: Mapped[Reservation | None] = relationship()

    @property
    def period(self) -> Period:
        """The time that is wished for."""
        return Period(self.starts_at, self.ends_at)


class Draw(Model):
    """A draw that was made. Whoever knows its seed can reckon anew in which order people came."""

    __tablename__ = "draws"
    __table_args__ = (
        CheckConstraint("wishes >= 0 AND people >= 0 AND granted >= 0", name="amounts"),
        UniqueConstraint("site_id", "draws_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    draws_at: Mapped[Instant]
    drawn_at: Mapped[Instant]
    seed: Mapped[str]
    wishes: Mapped[int]
    people: Mapped[int]
    granted: Mapped[int]
    site: Mapped[Site] = relationship()
