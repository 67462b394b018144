"""Rows of conduct: what keeps somebody from using the lab, what led to it, and what they say about it."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import about, did, wiped
from fablab.core.seldom import SeldomOfPeople
from fablab.members.models.people import Member

STRIKE_KINDS = "'late_cancellation', 'no_show', 'conduct'"


class HoldKind(StrEnum):
    """Why somebody may not use the lab for a while."""

    UNPAID = "unpaid"
    """Something waits to be paid."""
    SUSPENDED = "suspended"
    OTHER = "other"


class StrikeKind(StrEnum):
    """What somebody did that counts against them."""

    LATE_CANCELLATION = "late_cancellation"
    NO_SHOW = "no_show"
    CONDUCT = "conduct"
    """Anything else that staff write down: a machine left dirty, an unbooked use."""


class ConductPolicy(Model):
    """One version of the rules about late cancellations, no-shows and strikes: of a site, or (NULL) of the network.

    Rows are added, never changed: the newest of a scope is in force there. What was struck keeps the version by which
    it was struck.
    """

    __tablename__ = "conduct_policies"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("cancel_minutes >= 0", name="cancel_minutes"),
        CheckConstraint("grace_minutes >= 0", name="grace_minutes"),
        CheckConstraint("strike_days >= 1", name="strike_days"),
        Index("uq_conduct_policies_network", "version", unique=True, **where("site_id IS NULL")),
        Index("uq_conduct_policies_site", "site_id", "version", unique=True, **where("site_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int]
    is_own: Mapped[bool]
    """False: from this version on a site keeps the network's rules again; the network without any has none."""
    cancel_minutes: Mapped[int | None]
    """How long before it begins a reservation may be given back without a strike; NULL: at any time."""
    no_show_strikes: Mapped[bool]
    grace_minutes: Mapped[int]
    """How late somebody may come before staff may say that they did not."""
    strike_days: Mapped[int | None]
    """How long a strike counts; NULL: for ever."""
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    steps: Mapped[list["ConductStep"]] = relationship(order_by="ConductStep.id", back_populates="policy")


class ConductStep(Model):
    """A step of a policy's ladder: so many strikes within so many days, and what follows from them."""

    __tablename__ = "conduct_steps"
    __table_args__ = (
        CheckConstraint(f"kind IN ({STRIKE_KINDS})", name="kind"),
        CheckConstraint("strikes >= 1", name="strikes"),
        CheckConstraint("within_days >= 1", name="within_days"),
        CheckConstraint("after >= 0", name="after"),
        CheckConstraint("days >= 1", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("conduct_policies.id"), index=True)
    kind: Mapped[str | None]
    """The strikes that it counts; NULL: of every kind."""
    strikes: Mapped[int]
    within_days: Mapped[int | None]
    """NULL: however long ago, while they count at all."""
    after: Mapped[int]
    """It is for those whom strikes have suspended so many times already, or more often."""
    days: Mapped[int | None]
    """How long the suspension lasts, today being the first day; NULL: until staff lift it."""
    policy: Mapped[ConductPolicy] = relationship(back_populates="steps")


class Strike(Model):
    """Something that somebody did counts against them at a site, or (NULL) in the network, until it expires."""

    __tablename__ = "strikes"
    __table_args__ = (
        CheckConstraint(f"kind IN ({STRIKE_KINDS})", name="kind"),
        Index("uq_strikes_event", "kind", "subject", unique=True, **where("withdrawn_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    kind: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    reason: Mapped[str] = mapped_column(info=wiped())
    """What the person reads: what happened, or what it was about."""
    subject: Mapped[str | None]
    """The event that it is for, as `reservation:12`, so that one event strikes once; NULL for none."""
    at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Who said that it happened; NULL: the lab itself, by a rule."""
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("conduct_policies.id"))
    """The rules by which it was struck; NULL where there were none."""
    expires_at: Mapped[OptionalInstant]
    withdrawn_at: Mapped[OptionalInstant]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    withdrawn_why: Mapped[str | None] = mapped_column(info=wiped())
    member: Mapped[Member] = relationship(foreign_keys=member_id)


class Hold(SeldomOfPeople, Model):
    """Somebody may not use a site, or (NULL) the whole network, for a while or until it is lifted."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("kind IN ('unpaid', 'suspended', 'other')", name="kind"),
        CheckConstraint("ends_at > starts_at", name="order"),
        UniqueConstraint("key"),
        Index(None, "member_id", "lifted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    kind: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    reason: Mapped[str] = mapped_column(info=wiped())
    """What the person reads."""
    key: Mapped[str | None]
    """What it is for, such as an invoice: the same key is placed once, also after it was lifted."""
    placed_at: Mapped[Instant]
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """NULL: the lab itself, by a rule."""
    starts_at: Mapped[Instant]
    ends_at: Mapped[OptionalInstant]
    """NULL: until it is lifted."""
    step_id: Mapped[int | None] = mapped_column(ForeignKey("conduct_steps.id"))
    """The step of the ladder that it follows from; NULL where a person placed it."""
    strike_id: Mapped[int | None] = mapped_column(ForeignKey("strikes.id"))
    """The strike that was one too many."""
    lifted_at: Mapped[OptionalInstant]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    lifted_why: Mapped[str | None] = mapped_column(info=wiped())
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    step: Mapped[ConductStep | None] = relationship()


class Appeal(Model):
    """Somebody, or their guardian, says that a hold or a strike is wrong; staff answer."""

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint("(hold_id IS NULL) <> (strike_id IS NULL)", name="one"),
        CheckConstraint("(answered_at IS NULL) = (granted IS NULL)", name="answer"),
        Index("uq_appeals_hold", "hold_id", unique=True, **where("answered_at IS NULL")),
        Index("uq_appeals_strike", "strike_id", unique=True, **where("answered_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("holds.id"))
    strike_id: Mapped[int | None] = mapped_column(ForeignKey("strikes.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    """Who wrote it: the person, or a guardian."""
    text: Mapped[str] = mapped_column(info=wiped())
    at: Mapped[Instant]
    granted: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(info=wiped())
    answered_at: Mapped[OptionalInstant]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    hold: Mapped[Hold | None] = relationship()
    strike: Mapped[Strike | None] = relationship()
