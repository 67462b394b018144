"""Rows of waiting lists, of the offers that come of them, and of reservations that are handed over."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.booking.models.reservations import Reservation
from fablab.catalog.models import Category, Resource
from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.period import Period
from fablab.core.personal import about, apart, did, part_of, wiped
from fablab.members.models import Member
from fablab.sites.models import Site


class WaitEnd(StrEnum):
    """Why somebody no longer waits."""

    LEFT = "left"
    SERVED = "served"
    OVER = "over"
    """The time that they wished for went by."""


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    """Whoever it was made to no longer waits."""


class HandOverState(StrEnum):
    """What became of handing a reservation over."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Wait(Model):
    """Somebody waits for time on a resource, or on any of a category at a site or anywhere, within a window."""

    __tablename__ = "waits"
    __table_args__ = (
        CheckConstraint("from_at < to_at", name="order"),
        CheckConstraint("(resource_id IS NULL) <> (category_id IS NULL)", name="what"),
        CheckConstraint("minutes >= 1 AND places >= 1 AND guests >= 0", name="amounts"),
        CheckConstraint("ended_how IN ('left', 'served', 'over')", name="ended_how"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended"),
        Index("ix_waits_line", "joined_at", "id", **where("ended_at IS NULL")),
        Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resources.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    """Where, for any resource of a category; NULL is anywhere in the network."""
    from_at: Mapped[Instant]
    to_at: Mapped[Instant]
    minutes: Mapped[int]
    places: Mapped[int] = mapped_column(default=1)
    guests: Mapped[int] = mapped_column(default=0)
    job: Mapped[str] = mapped_column(default="", info=wiped())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    """Who pays; NULL is the member's own account."""
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    joined_at: Mapped[Instant]
    joined_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    ended_at: Mapped[OptionalInstant]
    ended_how: Mapped[str | None]
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    resource: Mapped[Resource | None] = relationship()
    category: Mapped[Category | None] = relationship()
    site: Mapped[Site | None] = relationship()

    @property
    def within(self) -> Period:
        """The time in which all of it must lie."""
        return Period(self.from_at, self.to_at)


class Offer(Model):
    """A place that somebody waited for is theirs until they answer, or until the time to answer is over."""

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("made_at < until AND until <= starts_at", name="until"),
        CheckConstraint("state IN ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')", name="state"),
        Index("uq_offers_open", "wait_id", unique=True, **where("state = 'open'")),
        Index("ix_offers_until", "until", **where("state = 'open'")),
        Index(None, "wait_id", "resource_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wait_id: Mapped[int] = mapped_column(ForeignKey("waits.id"), info=part_of())
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"), info=apart())
    """What keeps the place while the offer is open, then the reservation that came of it."""
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    made_at: Mapped[Instant]
    until: Mapped[Instant]
    state: Mapped[str] = mapped_column(default=OfferState.OPEN, server_default=text("'open'"))
    settled_at: Mapped[OptionalInstant]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Who answered; NULL where time did."""
    wait: Mapped[Wait] = relationship()
    resource: Mapped[Resource] = relationship()

    @property
    def period(self) -> Period:
        """The time that is offered."""
        return Period(self.starts_at, self.ends_at)

    def is_open(self, now: datetime) -> bool:
        """It can still be accepted."""
        return self.state == OfferState.OPEN and now < self.until


class FreedTime(Model):
    """Time that was given back while somebody waits for it, until it was offered to them: the worker's list of things
    to do, and for a minute nobody else's to take.
    """

    __tablename__ = "freed_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index(None, "resource_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int]
    """No key: to check it the database would wait for whoever has locked the resource, and they for us."""
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    freed_at: Mapped[Instant]

    @property
    def period(self) -> Period:
        """What was given back."""
        return Period(self.starts_at, self.ends_at)


class HandOver(Model):
    """Somebody hands their reservation to another, who takes it or not; until then it stays theirs."""

    __tablename__ = "hand_overs"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')", name="state"),
        Index("uq_hand_overs_open", "reservation_id", unique=True, **where("state = 'open'")),
        Index(None, "to_id"),
        Index(None, "from_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), info=apart())
    from_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    to_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Whom it was offered to; NULL where nobody goes by the name that was given, which its holder does not learn."""
    named: Mapped[str] = mapped_column(default="", info=wiped())
    """How the holder named them; kept only while it is open."""
    offered_at: Mapped[Instant]
    until: Mapped[Instant]
    state: Mapped[str] = mapped_column(default=HandOverState.OPEN, server_default=text("'open'"))
    settled_at: Mapped[OptionalInstant]
    reservation: Mapped[Reservation] = relationship()
    holder: Mapped[Member] = relationship(foreign_keys=from_id)

    def is_open(self, now: datetime) -> bool:
        """It can still be taken."""
        return self.state == HandOverState.OPEN and now < self.until
