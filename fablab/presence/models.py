"""Rows of presence: who came, why, and until when; the lab's own lists of reasons and publics; terminals at doors."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import about, did, wiped
from fablab.members.models import Member
from fablab.sites.models import Site


class ArrivalReason(Model):
    """Why people come: an entry of the network's own list."""

    __tablename__ = "arrival_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    """Of those that every network begins with; NULL for its own."""
    name: Mapped[str] = mapped_column(default="")
    """In the lab's words; empty while one that was there from the beginning goes by its usual name."""
    position: Mapped[int]
    closed_at: Mapped[OptionalInstant]
    """Since when it is no longer offered; what was written down with it stays."""
    version: Mapped[int] = mapped_column(default=1)


class PublicKind(Model):
    """A kind of public, as funders count it: an entry of the network's own list."""

    __tablename__ = "public_kinds"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    closed_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1)


class Ended(StrEnum):
    """How a stay ended."""

    PERSON = "person"
    """They said so: on their phone, or at a terminal."""
    DESK = "desk"
    CLOSING = "closing"
    """Nobody said so, and the place has closed."""
    ELSEWHERE = "elsewhere"
    """They arrived at another place."""
    MERGED = "merged"
    """Their record turned out to be a double of another."""


class Recorded(StrEnum):
    """How an arrival was written down."""

    DESK = "desk"
    QR = "qr"
    BADGE = "badge"
    PIN = "pin"
    API = "api"


class Arrival(Model):
    """A member, a guest or a counted group came to a site; apart from reservations."""

    __tablename__ = "arrivals"
    __table_args__ = (
        CheckConstraint("headcount BETWEEN 1 AND 2000", name="headcount"),
        CheckConstraint("member_id IS NULL OR (headcount = 1 AND guest_name IS NULL AND label = '')", name="who"),
        CheckConstraint("departed_at >= arrived_at", name="order"),
        CheckConstraint("(departed_at IS NULL) = (ended IS NULL)", name="over"),
        CheckConstraint("ended IN ('person', 'desk', 'closing', 'elsewhere', 'merged')", name="ended"),
        CheckConstraint("recorded IN ('desk', 'qr', 'badge', 'pin', 'api')", name="recorded"),
        UniqueConstraint("recorded_by_id", "request_key"),
        Index("uq_arrivals_present", "member_id", unique=True, **where("departed_at IS NULL")),
        Index("ix_arrivals_open", "site_id", **where("departed_at IS NULL")),
        Index(None, "site_id", "arrived_at"),
        Index(None, "member_id", "arrived_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about())
    """NULL for guests and groups."""
    guest_name: Mapped[str | None] = mapped_column(info=wiped())
    """If they gave one; emptied once figures are all that is needed of the visit."""
    headcount: Mapped[int] = mapped_column(default=1)
    label: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What a group is called, such as its school's name."""
    reason_id: Mapped[int] = mapped_column(ForeignKey("arrival_reasons.id"))
    public_kind_id: Mapped[int | None] = mapped_column(ForeignKey("public_kinds.id"))
    """NULL where nobody said."""
    arrived_at: Mapped[Instant]
    departed_at: Mapped[OptionalInstant]
    ended: Mapped[str | None]
    recorded: Mapped[str]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    """Staff at the desk, or the person."""
    request_key: Mapped[str | None]
    """A word of the form's or of a program's, so that the same group that is sent twice is there once."""
    version: Mapped[int] = mapped_column(default=1)
    site: Mapped[Site] = relationship()
    member: Mapped[Member | None] = relationship(foreign_keys=member_id)
    reason: Mapped[ArrivalReason] = relationship()
    public_kind: Mapped[PublicKind | None] = relationship()

    @property
    def is_group(self) -> bool:
        """Several people who come and go together, counted and not named."""
        return self.member_id is None and (self.headcount > 1 or bool(self.label))


class Terminal(Model):
    """A screen at a door, opened with a link that only it knows; only the link's hash is kept."""

    __tablename__ = "terminals"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    revoked_at: Mapped[OptionalInstant]
    last_seen_at: Mapped[OptionalInstant]
    """To some minutes."""
    site: Mapped[Site] = relationship()
