"""What is asked of memberships, their kinds and prices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fablab.core.errors import NotFound
from fablab.members.actor import Actor
from fablab.members.memberships.rules import MembershipStanding, Term, standing_on
from fablab.members.models import Member, Membership, MembershipKind, MembershipPerson, MembershipPrice, Role
from fablab.sites import queries as sites


@dataclass(frozen=True, slots=True)
class Held:
    """A membership as it stands on a day, and the one that follows it, if it was renewed."""

    membership: Membership
    standing: MembershipStanding
    renewal: Membership | None = None


def kind(session: Session, kind_id: int) -> MembershipKind:
    """The kind with this id; NotFound if there is none."""
    found = session.get(MembershipKind, kind_id)
    if found is None:
        raise NotFound(f"membership kind {kind_id}")
    return found


def kinds(session: Session, *, still_sold: bool = False) -> list[MembershipKind]:
    """Every kind, those that are no longer sold last, by name."""
    query = select(MembershipKind).options(
        joinedload(MembershipKind.site), joinedload(MembershipKind.legal_entity), selectinload(MembershipKind.classes)
    )
    if still_sold:
        query = query.where(MembershipKind.closed_at.is_(None))
    return list(
        session.scalars(query.order_by(MembershipKind.closed_at.is_not(None), MembershipKind.name, MembershipKind.id))
    )


def prices_of(session: Session, kind_ids: Iterable[int]) -> dict[int, list[MembershipPrice]]:
    """Every price of each of these kinds: by class, everybody's first, the latest first."""
    found: dict[int, list[MembershipPrice]] = {kind_id: [] for kind_id in kind_ids}
    query = select(MembershipPrice).where(MembershipPrice.kind_id.in_(found))
    for row in session.scalars(query.order_by(MembershipPrice.valid_from.desc(), MembershipPrice.id.desc())):
        found[row.kind_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.class_id is not None, row.class_id or 0))
    return found


def price_on(prices: Iterable[MembershipPrice], class_id: int, day: date) -> MembershipPrice | None:
    """The price of a kind in force on a day: the class's own, else everybody's; the latest that had begun."""
    fitting = [row for row in prices if row.class_id in (None, class_id) and row.valid_from <= day]
    return max(fitting, key=lambda row: (row.class_id is not None, row.valid_from, row.id), default=None)


def membership(session: Session, membership_id: int) -> Membership:
    """The membership with this id; NotFound if there is none."""
    found = session.scalar(_whole().where(Membership.id == membership_id))
    if found is None:
        raise NotFound(f"membership {membership_id}")
    return found


def memberships_of(session: Session, member_id: int) -> list[Membership]:
    """The memberships that somebody holds, or that cover them or did, the newest first."""
    covered = select(MembershipPerson.membership_id).where(MembershipPerson.member_id == member_id)
    query = _whole().where(or_(Membership.holder_id == member_id, Membership.id.in_(covered)))
    return list(session.scalars(query.order_by(Membership.first_on.desc(), Membership.id.desc()).limit(200)))


def held_by(session: Session, member_id: int, now: datetime) -> list[Held]:
    """The same, as they stand today, each with its renewal."""
    rows = memberships_of(session, member_id)
    next_ones = renewals_of(session, [row.id for row in rows])
    return [Held(row, standing_today(row, now), next_ones.get(row.id)) for row in rows]


def renewals_of(session: Session, membership_ids: Iterable[int]) -> dict[int, Membership]:
    """The membership that follows each of these, where one does that was not ended."""
    query = select(Membership).where(Membership.renews_id.in_(set(membership_ids)), Membership.ended_on.is_(None))
    return {row.renews_id: row for row in session.scalars(query) if row.renews_id is not None}


def standing_today(row: Membership, now: datetime) -> MembershipStanding:
    """How a membership stands today, on the clock of its kind."""
    return standing_on(row.term, now.astimezone(row.kind.zone).date())


def covering(session: Session, member_id: int, site_id: int, day: date) -> list[Held]:
    """The memberships valid at a site that cover somebody on a day, however they stand then; the last to end first.

    One that is not to begin until later, or that they left before, does not cover them.
    """
    present = (
        select(MembershipPerson.membership_id)
        .where(MembershipPerson.member_id == member_id, MembershipPerson.joined_on <= day)
        .where(or_(MembershipPerson.left_on.is_(None), MembershipPerson.left_on >= day))
    )
    query = (
        _whole()
        .join(MembershipKind, MembershipKind.id == Membership.kind_id)
        .where(Membership.id.in_(present), Membership.first_on <= day)
        .where(or_(MembershipKind.site_id.is_(None), MembershipKind.site_id == site_id))
    )
    rows = session.scalars(query.order_by(Membership.last_on.desc(), Membership.id.desc()).limit(50))
    return [Held(row, standing_on(row.term, day)) for row in rows]


def in_order_at(
    session: Session, member_ids: Iterable[int], site_id: int
) -> dict[int, Callable[[date], frozenset[int]]]:
    """For each of these people who was ever covered by a membership valid at a site: of which kinds they have one in
    order on a day.
    """
    query = (
        select(MembershipPerson, Membership)
        .join(Membership, Membership.id == MembershipPerson.membership_id)
        .join(MembershipKind, MembershipKind.id == Membership.kind_id)
        .options(selectinload(Membership.pauses), joinedload(Membership.kind))
        .where(MembershipPerson.member_id.in_(set(member_ids)))
        .where(or_(MembershipKind.site_id.is_(None), MembershipKind.site_id == site_id))
    )
    covered: dict[int, list[_Covered]] = {}
    for person, row in session.execute(query):
        item = _Covered(row.kind_id, row.term, person.joined_on, person.left_on)
        covered.setdefault(person.member_id, []).append(item)
    return {member_id: _in_order(items) for member_id, items in covered.items()}


@dataclass(frozen=True, slots=True)
class _Covered:
    """Somebody was covered by a membership of a kind, from a day until (None) its end."""

    kind_id: int
    term: Term
    joined_on: date
    left_on: date | None

    def holds_on(self, day: date) -> bool:
        is_there = self.joined_on <= day and (self.left_on is None or day <= self.left_on)
        return is_there and standing_on(self.term, day).holds


def _in_order(items: list[_Covered]) -> Callable[[date], frozenset[int]]:
    def on(day: date) -> frozenset[int]:
        return frozenset(item.kind_id for item in items if item.holds_on(day))

    return on


def ending(session: Session, actor: Actor, now: datetime, *, days: int = 45, limit: int = 500) -> list[Held]:
    """Those that end within so many days, or ended as lately, and were not renewed: what staff may ask people about."""
    today = now.date()
    renewed = select(Membership.renews_id).where(Membership.renews_id.is_not(None), Membership.ended_on.is_(None))
    query = (
        _whole()
        .join(MembershipKind, MembershipKind.id == Membership.kind_id)
        .join(Member, Member.id == Membership.holder_id)
        .options(joinedload(Membership.holder))
        .where(
            Membership.last_on.between(today - timedelta(days=days), today + timedelta(days=days)),
            Membership.ended_on.is_(None),
            Member.left_at.is_(None),
            Membership.id.not_in(renewed),
        )
    )
    if not actor.may_everywhere(Role.HOST):
        own = actor.sites_of(Role.HOST, [site.id for site in sites.sites(session)])
        query = query.where(or_(MembershipKind.site_id.is_(None), MembershipKind.site_id.in_(own)))
    rows = session.scalars(query.order_by(Membership.last_on, Membership.id).limit(limit))
    return [Held(row, standing_today(row, now)) for row in rows]


def all_memberships(session: Session, actor: Actor, *, offset: int, limit: int) -> list[Membership]:
    """Every membership that staff may see, by id: the network's, and those of their sites."""
    query = _whole().join(MembershipKind, MembershipKind.id == Membership.kind_id)
    if not actor.may_everywhere(Role.HOST):
        own = actor.sites_of(Role.HOST, [site.id for site in sites.sites(session)])
        query = query.where(or_(MembershipKind.site_id.is_(None), MembershipKind.site_id.in_(own)))
    return list(session.scalars(query.order_by(Membership.id).offset(offset).limit(limit)))


def _whole() -> Select[Membership]:
    return select(Membership).options(
        joinedload(Membership.kind).joinedload(MembershipKind.site),
        joinedload(Membership.kind).joinedload(MembershipKind.legal_entity),
        selectinload(Membership.pauses),
        selectinload(Membership.people).joinedload(MembershipPerson.member),
    )
