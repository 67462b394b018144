"""What administrators and treasurers do to kinds of memberships: write them, close them, begin prices."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members.actor import Actor
from fablab.members.classes import member_class
from fablab.members.memberships.rules import day_in, reminders_of
from fablab.members.models import Covers, Lasts, MembershipKind, MembershipKindClass, MembershipPrice, Role
from fablab.sites import queries as sites
from fablab.sites.entities import CENTURY

LONGEST = {Lasts.DAYS: 3660, Lasts.MONTHS: 120}
MOST_PEOPLE = 500
LONGEST_GRACE = 365
MOST_CENTS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCard:
    """What is written about a kind."""

    name: str
    legal_entity_id: int
    site_id: int | None = None
    description: str = ""
    lasts: str = Lasts.MONTHS
    length: int | None = 12
    until_month: int | None = None
    until_day: int | None = None
    next_within_weeks: int = 0
    grace_days: int = 0
    remind_days: str = "30,7"
    remind_at_end: bool = True
    covers: str = Covers.PERSON
    most_people: int = 1
    access_level: int | None = None
    youngest: int | None = None
    oldest: int | None = None
    sold_online: bool = False
    taxed: bool = True
    class_ids: tuple[int, ...] = ()
    """The classes that it is for; none is for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipPriceCard:
    """A price as it is written: so many cents, VAT included, from a day on; for a class, or (None) for everybody."""

    class_id: int | None
    valid_from: date
    amount_cents: int


def card_of(row: MembershipKind) -> KindCard:
    """What is written about a kind now."""
    written = {item.name: getattr(row, item.name) for item in fields(KindCard) if item.name != "class_ids"}
    return KindCard(**written, class_ids=tuple(sorted(link.class_id for link in row.classes)))


def add_kind(session: Session, actor: Actor, card: KindCard, now: datetime) -> MembershipKind:
    """Add a kind of membership; it is sold once it has a price.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such site, legal entity or class.
        Refused: what was written does not hold together.
    """
    actor.needs_everywhere(Role.ADMIN)
    _check(session, card)
    row = MembershipKind(created_at=now, version=1)
    _write(row, card)
    session.add(row)
    session.flush()
    audit.note(session, actor.member_id, "membership_kind.added", now, subject=f"membership_kind:{row.id}")
    return row


def edit_kind(session: Session, actor: Actor, kind_id: int, card: KindCard, version: int, now: datetime) -> None:
    """Change what is written, as read at `version`; memberships that were sold keep their days and their price.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such kind, site, legal entity or class.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = _locked(session, kind_id)
    check_version(row.version, version)
    _check(session, card)
    _write(row, card)
    row.version += 1
    session.flush()
    audit.note(session, actor.member_id, "membership_kind.changed", now, subject=f"membership_kind:{row.id}")


def close_kind(session: Session, actor: Actor, kind_id: int, closed: bool, version: int, now: datetime) -> None:
    """Sell a kind no more, or sell it again; those who have it keep it.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such kind.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = _locked(session, kind_id)
    check_version(row.version, version)
    row.closed_at = (row.closed_at or now) if closed else None
    row.version += 1
    session.flush()
    done = "membership_kind.closed" if closed else "membership_kind.opened"
    audit.note(session, actor.member_id, done, now, subject=f"membership_kind:{row.id}")


def add_price(
    session: Session, actor: Actor, kind_id: int, card: MembershipPriceCard, now: datetime
) -> MembershipPrice:
    """Begin a price of a kind; what was sold before keeps the price that it had.

    Raises:
        Forbidden: not a treasurer of the legal entity that sells it.
        NotFound: there is no such kind or class.
        Refused: a negative or endless amount, a day of another century, or a price that begins that day already.
    """
    kind = _locked(session, kind_id)
    actor.needs_for_entity(Role.TREASURER, kind.legal_entity_id)
    if card.class_id is not None:
        member_class(session, card.class_id)
    reasons = []
    if not 0 <= card.amount_cents <= MOST_CENTS:
        reasons.append(Refusal("amount", _("A price is not negative, and no fortune.")))
    if not CENTURY[0] <= card.valid_from <= CENTURY[1]:
        reasons.append(Refusal("day", _("Choose a day of this century.")))
    if _begins_already(session, kind_id, card):
        reasons.append(Refusal("price_exists", _("A price begins on that day already; choose another day.")))
    if reasons:
        raise Refused(reasons)
    row = MembershipPrice(
        kind_id=kind_id,
        class_id=card.class_id,
        valid_from=card.valid_from,
        amount_cents=card.amount_cents,
        created_at=now,
        created_by_id=actor.member_id,
    )
    session.add(row)
    session.flush()
    return row


def _begins_already(session: Session, kind_id: int, card: MembershipPriceCard) -> bool:
    query = select(MembershipPrice.id).where(
        MembershipPrice.kind_id == kind_id,
        MembershipPrice.class_id.is_(None) if card.class_id is None else MembershipPrice.class_id == card.class_id,
        MembershipPrice.valid_from == card.valid_from,
    )
    return session.scalar(query) is not None


def _locked(session: Session, kind_id: int) -> MembershipKind:
    query = select(MembershipKind).where(MembershipKind.id == kind_id).with_for_update(key_share=True)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"membership kind {kind_id}")
    return found


def _check(session: Session, card: KindCard) -> None:
    sites.legal_entity(session, card.legal_entity_id)
    if card.site_id is not None:
        sites.site(session, card.site_id)
    for class_id in card.class_ids:
        member_class(session, class_id)
    reasons = [*_lasting(card), *_people(card), *_telling(card)]
    if not line_of(card.name):
        reasons.append(Refusal("name_missing", _("A kind of membership needs a name.")))
    if card.access_level is not None and card.access_level not in sites.access_levels(session):
        reasons.append(Refusal("access_level", _("No level of access has this number.")))
    if reasons:
        raise Refused(reasons)


def _lasting(card: KindCard) -> Iterator[Refusal]:
    if card.lasts == Lasts.FIXED_DAY:
        month, day = card.until_month or 0, card.until_day or 0
        # 2024 has a 29 February.
        if not (1 <= month <= 12 and day >= 1 and day_in(2024, month, day).day == day):
            yield Refusal("until", _("There is no such day of the year. Write it like 31 and August."))
    elif card.lasts not in list(Lasts):
        yield Refusal("lasts", _("A membership lasts for days, for months, or until a day each year."))
    elif not 1 <= (card.length or 0) <= LONGEST[Lasts(card.lasts)]:
        text = _("It lasts for 1 to %(days)s days, or 1 to %(months)s months.", **_longest())
        yield Refusal("length", text)
    if not 0 <= card.next_within_weeks <= 26:
        yield Refusal("next_within_weeks", _("What runs on to the next year is bought at most 26 weeks before."))


def _people(card: KindCard) -> Iterator[Refusal]:
    if card.covers not in list(Covers):
        yield Refusal("covers", _("A membership is for one person, a family or a group."))
    elif not (card.most_people == 1 if card.covers == Covers.PERSON else 2 <= card.most_people <= MOST_PEOPLE):
        text = _("A family or a group has 2 to %(count)s people; otherwise it is one person.", count=MOST_PEOPLE)
        yield Refusal("most_people", text)
    ages = [age for age in (card.youngest, card.oldest) if age is not None]
    if any(not 0 <= age <= 150 for age in ages) or ages != sorted(ages):
        yield Refusal("ages", _("Ages go from 0 to 150, from the youngest to the oldest."))


def _telling(card: KindCard) -> Iterator[Refusal]:
    if not 0 <= card.grace_days <= LONGEST_GRACE:
        yield Refusal("grace_days", _("Grace lasts for 0 to %(count)s days.", count=LONGEST_GRACE))
    try:
        reminders_of(card.remind_days)
    except ValueError:
        yield Refusal("remind_days", _("Write the days of reminders like 30, 7; none for no reminder."))


def _longest() -> dict[str, int]:
    return {"days": LONGEST[Lasts.DAYS], "months": LONGEST[Lasts.MONTHS]}


def _write(row: MembershipKind, card: KindCard) -> None:
    is_fixed = card.lasts == Lasts.FIXED_DAY
    for item in fields(KindCard):
        if item.name != "class_ids":
            setattr(row, item.name, getattr(card, item.name))
    row.name, row.description = line_of(card.name), lines_of(card.description)
    row.length = None if is_fixed else card.length
    row.until_month = card.until_month if is_fixed else None
    row.until_day = card.until_day if is_fixed else None
    row.next_within_weeks = card.next_within_weeks if is_fixed else 0
    row.remind_days = ",".join(str(days) for days in reminders_of(card.remind_days))
    kept = {link.class_id: link for link in row.classes}
    row.classes = [
        kept.get(class_id) or MembershipKindClass(class_id=class_id) for class_id in sorted(set(card.class_ids))
    ]
