"""Rows of memberships: what kinds there are and at which price, who has one, who is covered, and pauses."""

from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import Doubled, about, did, for_good, part_of, wiped
from fablab.core.seldom import Seldom, SeldomOfPeople
from fablab.members.memberships.rules import Days, Lasts, Length, Term
from fablab.members.models.people import Member
from fablab.sites.models import LegalEntity, Site

__all__ = [
    "Covers",
    "Lasts",
    "Membership",
    "MembershipKind",
    "MembershipKindClass",
    "MembershipPause",
    "MembershipPerson",
    "MembershipPrice",
]


class Covers(StrEnum):
    """Whom a membership covers."""

    PERSON = "person"
    FAMILY = "family"
    GROUP = "group"


class MembershipKind(Seldom, Model):
    """A kind of membership that a legal entity sells, valid at a site or (NULL) in the whole network."""

    __tablename__ = "membership_kinds"
    __table_args__ = (
        CheckConstraint("lasts IN ('days', 'months', 'fixed_day')", name="lasts"),
        CheckConstraint("(lasts = 'fixed_day') = (length IS NULL)", name="length"),
        CheckConstraint("(lasts = 'fixed_day') = (until_month IS NOT NULL)", name="until_month"),
        CheckConstraint("(lasts = 'fixed_day') = (until_day IS NOT NULL)", name="until_day"),
        CheckConstraint("length IS NULL OR length >= 1", name="length_above"),
        CheckConstraint("covers IN ('person', 'family', 'group')", name="covers"),
        CheckConstraint("most_people >= 1", name="most_people"),
        CheckConstraint("grace_days >= 0", name="grace_days"),
        CheckConstraint("access_level IS NULL OR access_level BETWEEN 1 AND 9", name="access_level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    lasts: Mapped[str]
    length: Mapped[int | None]
    """Days or months; NULL for a fixed day."""
    until_month: Mapped[int | None]
    until_day: Mapped[int | None]
    """The last day each year; 29 February is the 28th in common years."""
    next_within_weeks: Mapped[int] = mapped_column(default=0)
    """What is bought so many weeks before the fixed day, or later, lasts to the next one."""
    grace_days: Mapped[int] = mapped_column(default=0)
    remind_days: Mapped[str] = mapped_column(default="")
    """How many days before the last one people are reminded, such as `30,7`."""
    remind_at_end: Mapped[bool] = mapped_column(default=True)
    covers: Mapped[str] = mapped_column(default=Covers.PERSON)
    most_people: Mapped[int] = mapped_column(default=1)
    access_level: Mapped[int | None]
    """The level of access that those whom it covers have while it is in order."""
    youngest: Mapped[int | None]
    oldest: Mapped[int | None]
    sold_online: Mapped[bool] = mapped_column(default=False)
    """Members may buy and renew it on their own page."""
    taxed: Mapped[bool] = mapped_column(default=True)
    """Its price holds VAT at the entity's rate; else it is out of VAT's scope, as a bare contribution is."""
    created_at: Mapped[Instant]
    closed_at: Mapped[OptionalInstant]
    """It is no longer sold; those who have it keep it."""
    version: Mapped[int] = mapped_column(default=1)
    classes: Mapped[list["MembershipKindClass"]] = relationship(cascade="all, delete-orphan")
    site: Mapped[Site | None] = relationship()
    legal_entity: Mapped[LegalEntity] = relationship()

    @property
    def zone(self) -> ZoneInfo:
        """The clock that cuts its days: the site's, or that of the entity that sells it."""
        return self.site.zone if self.site else self.legal_entity.zone

    @property
    def how_long(self) -> Length:
        """How long it lasts, for the rules."""
        return Length(Lasts(self.lasts), self.length, self.until_month, self.until_day, self.next_within_weeks)


class MembershipKindClass(Model):
    """A class of members that a kind is for; a kind without any is for all."""

    __tablename__ = "membership_kind_classes"

    kind_id: Mapped[int] = mapped_column(ForeignKey("membership_kinds.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("member_classes.id"), primary_key=True)


class MembershipPrice(Model):
    """What a kind costs from a day on, VAT included. The database refuses to change a price: a new one begins."""

    __tablename__ = "membership_prices"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount"),
        Index(
            "uq_membership_prices_class",
            "kind_id",
            "class_id",
            "valid_from",
            unique=True,
            **where("class_id IS NOT NULL"),
        ),
        Index("uq_membership_prices_every_class", "kind_id", "valid_from", unique=True, **where("class_id IS NULL")),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("membership_kinds.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("member_classes.id"))
    """The class of members that it is for; NULL is every class without one of its own."""
    valid_from: Mapped[date]
    amount_cents: Mapped[int]
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())


class Membership(SeldomOfPeople, Model):
    """Somebody is a member for a time, at a price that was copied when it was sold."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="days"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("(ended_on IS NULL) = (ended_by_id IS NULL)", name="ended"),
        Index(None, "last_on"),
        Index("uq_memberships_renews", "renews_id", unique=True, **where("ended_on IS NULL")),
        Index("uq_memberships_request", "sold_by_id", "request_key", unique=True, **where("request_key IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("membership_kinds.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    """Who pays."""
    class_id: Mapped[int] = mapped_column(ForeignKey("member_classes.id"))
    """The class that the holder had on the first day."""
    price_cents: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]
    """The last day, days of pauses included."""
    sold_at: Mapped[Instant]
    sold_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    """The one that it follows; each is followed by one."""
    request_key: Mapped[str | None]
    told: Mapped[str] = mapped_column(default="")
    """The last reminder that was written, so that none is written twice."""
    ended_on: Mapped[date | None]
    """The last day that counted, where staff ended it before its time."""
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    end_reason: Mapped[str] = mapped_column(default="", info=wiped())
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[MembershipKind] = relationship()
    holder: Mapped[Member] = relationship(foreign_keys=holder_id)
    people: Mapped[list["MembershipPerson"]] = relationship(order_by="MembershipPerson.id")
    pauses: Mapped[list["MembershipPause"]] = relationship(
        order_by="MembershipPause.from_on", cascade="all, delete-orphan"
    )

    @property
    def term(self) -> Term:
        """Its days, for the rules."""
        pauses = tuple(Days(row.from_on, row.to_on) for row in self.pauses)
        return Term(self.first_on, self.last_on, self.kind.grace_days, pauses, self.ended_on)


class MembershipPerson(SeldomOfPeople, Model):
    """Somebody whom a membership covers, from a day until (NULL) its end; its holder is one of them."""

    __tablename__ = "membership_people"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="days"),
        Index("uq_membership_people_present", "membership_id", "member_id", unique=True, **where("left_on IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about(doubled=Doubled.REMOVED))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    """The last day on which they were covered."""
    member: Mapped[Member] = relationship()


class MembershipPause(SeldomOfPeople, Model):
    """Days on which a membership does not hold; as many are added to its end."""

    __tablename__ = "membership_pauses"
    __table_args__ = (CheckConstraint("to_on >= from_on", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"), index=True, info=part_of())
    from_on: Mapped[date]
    to_on: Mapped[date]
    """The last day of the pause."""
    reason: Mapped[str] = mapped_column(default="", info=wiped())
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
