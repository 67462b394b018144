"""The roles of people, and the levels of access that they were granted or that their memberships give them.

Asked at every step, so that both are kept until somebody changes them; what holds at an instant is reckoned each time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fablab.core.seldom import kept_of_each
from fablab.members.actor import Actor, Grant
from fablab.members.memberships.rules import Term, standing_on
from fablab.members.models import AccessGrant, Membership, MembershipKind, MembershipPerson, Role, RoleGrant
from fablab.sites.models.timetables import HIGHEST_LEVEL

Levels = dict[int | None, int]


@dataclass(frozen=True, slots=True)
class Access:
    """A person's levels of access: by site, and that of every site (None)."""

    levels: Mapping[int | None, int] = field(default_factory=dict)
    actor: Actor | None = None

    def level_at(self, site_id: int) -> int:
        """Their level at a site; staff have the highest where they are staff, and a visitor's is 0."""
        if self.actor and self.actor.may_at_site(Role.TRAINER, site_id):
            return HIGHEST_LEVEL
        return max(self.levels.get(site_id, 0), self.levels.get(None, 0))


def access_of(session: Session, member_id: int, now: datetime) -> Access:
    """The levels of access that a person has now."""
    return accesses_of(session, [member_id], now)[member_id]


def accesses_of(session: Session, member_ids: Iterable[int], now: datetime) -> dict[int, Access]:
    """The levels of access of each of these people, granted or given by a membership."""
    wanted = set(member_ids)
    roles, levels = roles_of(session, wanted), _levels_of(session, wanted, now)
    return {key: Access(levels[key], Actor(key, roles[key])) for key in wanted}


def access_as(session: Session, actor: Actor, now: datetime) -> Access:
    """The levels of access of somebody whose roles are known already."""
    return Access(_levels_of(session, [actor.member_id], now)[actor.member_id], actor)


@kept_of_each
def roles_of(session: Session, member_ids: set[int]) -> dict[int, tuple[Grant, ...]]:
    """The roles of each of these people."""
    found: dict[int, tuple[Grant, ...]] = dict.fromkeys(member_ids, ())
    query = select(RoleGrant.member_id, RoleGrant.role, RoleGrant.site_id, RoleGrant.legal_entity_id)
    for row in session.execute(query.where(RoleGrant.member_id.in_(member_ids)).order_by(RoleGrant.id)):
        found[row.member_id] += (Grant(Role(row.role), row.site_id, row.legal_entity_id),)
    return found


@dataclass(frozen=True, slots=True)
class _Granted:
    """A level of access that somebody was granted, until an instant."""

    site_id: int | None
    level: int
    ends_at: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.ends_at is None or self.ends_at > now


@dataclass(frozen=True, slots=True)
class _Given:
    """A level of access that a membership gives to somebody whom it covers on some days."""

    site_id: int | None
    level: int
    zone: ZoneInfo
    term: Term
    first_on: date
    last_on: date | None

    def holds(self, now: datetime) -> bool:
        today = now.astimezone(self.zone).date()
        covered = self.first_on <= today and (self.last_on is None or today <= self.last_on)
        return covered and standing_on(self.term, today).holds


def _levels_of(session: Session, member_ids: Iterable[int], now: datetime) -> dict[int, Levels]:
    """The levels that each of these people has without their roles."""
    wanted = set(member_ids)
    granted, given = _granted(session, wanted), _given(session, wanted)
    levels: dict[int, Levels] = {}
    for key in wanted:
        own = levels[key] = {}
        every: tuple[_Granted | _Given, ...] = (*granted[key], *given[key])
        for item in every:
            if item.holds(now):
                own[item.site_id] = max(item.level, own.get(item.site_id, 0))
    return levels


@kept_of_each
def _granted(session: Session, member_ids: set[int]) -> dict[int, tuple[_Granted, ...]]:
    found: dict[int, tuple[_Granted, ...]] = dict.fromkeys(member_ids, ())
    query = select(AccessGrant.member_id, AccessGrant.site_id, AccessGrant.level, AccessGrant.ends_at)
    for row in session.execute(query.where(AccessGrant.member_id.in_(member_ids))):
        found[row.member_id] += (_Granted(row.site_id, row.level, row.ends_at),)
    return found


@kept_of_each
def _given(session: Session, member_ids: set[int]) -> dict[int, tuple[_Given, ...]]:
    query = (
        select(MembershipPerson.member_id, MembershipPerson.joined_on, MembershipPerson.left_on, Membership)
        .join(Membership, Membership.id == MembershipPerson.membership_id)
        .join(MembershipKind, MembershipKind.id == Membership.kind_id)
        .options(
            joinedload(Membership.kind).joinedload(MembershipKind.site),
            joinedload(Membership.kind).joinedload(MembershipKind.legal_entity),
            selectinload(Membership.pauses),
        )
        .where(MembershipPerson.member_id.in_(member_ids), MembershipKind.access_level.is_not(None))
    )
    found: dict[int, tuple[_Given, ...]] = dict.fromkeys(member_ids, ())
    for member_id, joined_on, left_on, membership in session.execute(query):
        kind = membership.kind
        given = _Given(kind.site_id, kind.access_level or 0, kind.zone, membership.term, joined_on, left_on)
        found[member_id] += (given,)
    return found
