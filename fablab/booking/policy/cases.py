"""What rules must know of a wish, loaded: the person, their reservations, and everybody's where a rule counts those.

People are loaded together, so that many wishes cost as many statements as one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from fablab.booking.models import LONGEST_CLAIM, Nature, Reservation, ReservationState
from fablab.booking.policy.rows import thing_of
from fablab.booking.rules import judging
from fablab.booking.rules.case import Booked, Case, Person, Thing
from fablab.booking.rules.fairness import Pace
from fablab.booking.rules.holding import Holder
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.quota import Capacity, Quota
from fablab.booking.rules.spacing import AtOnce
from fablab.booking.rules.who import NeedsMembership, OnlyClasses
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.actor import Role
from fablab.core.period import Period
from fablab.members import classes, rights
from fablab.members.memberships import queries as memberships
from fablab.members.models import ClassProof, Member
from fablab.members.records import identities_of
from fablab.members.rights import Access
from fablab.training import queries as training
from fablab.training.timeline import Act

_BOOKED = select(
    Reservation.id,
    Reservation.resource_id,
    Resource.category_id,
    Resource.site_id,
    Resource.room_id,
    Resource.name,
    Reservation.member_id,
    Reservation.account_id,
    Reservation.project_id,
    Reservation.starts_at,
    Reservation.ends_at,
    Reservation.places,
    Reservation.guests,
    Reservation.job,
    Reservation.created_at,
    Reservation.state,
    Reservation.cancelled_at,
    Reservation.cancelled_by_id,
).join(Resource, Resource.id == Reservation.resource_id)


@dataclass(frozen=True, slots=True)
class Known:
    """A person as rules see them, with their row, their access and the acts on their certificates."""

    row: Member
    person: Person
    access: Access
    acts: Mapping[int, Sequence[Act]]


def known(
    session: Session, member_ids: Collection[int], site_id: int, now: datetime, rulings: Sequence[Ruling]
) -> dict[int, Known]:
    """What is known of people at a site; memberships, and classes by a proof, only where a rule asks for them."""
    rows = _rows(session, member_ids)
    asks_class = any(isinstance(item.rule, OnlyClasses) or item.scope.class_id is not None for item in rulings)
    proofs = classes.accepted_proofs(session, ClassProof.member_id.in_(rows)) if asks_class else {}
    history = classes.History({key: row.class_id for key, row in rows.items()}, proofs)
    accesses = rights.accesses_of(session, rows, now)
    acts = training.acts_of_all(session, rows)
    ids = identities_of(session, rows)
    held: Mapping[int, Callable[[date], frozenset[int]]] = {}
    if any(isinstance(item.rule, NeedsMembership) or item.scope.membership_kind_id for item in rulings):
        held = memberships.in_order_at(session, rows, site_id)
    found = {}
    for key, row in rows.items():
        person = Person(
            ids=frozenset(ids[key]),
            name=row.name,
            class_on=_class_of(history, key),
            born_on=row.birth_date,
            roles=_roles(accesses[key], site_id),
            acts=acts.get(key, {}),
            memberships_on=held.get(key, _none_held),
        )
        found[key] = Known(row, person, accesses[key], acts.get(key, {}))
    return found


def case_of(
    session: Session, wish: Wish, resource: Resource, who: Known, rulings: Sequence[Ruling], base: Case
) -> Case:
    """A wish with the reservations that its rules count; `base` says what holds about hours, staff and company."""
    case = replace(base, level=who.access.level_at(resource.site_id))
    reach = judging.reach(rulings, case.thing, wish.period, case.now, case.zone)
    if reach is not None:
        case = replace(case, own=booked_by(session, case, rulings, reach))
    if any(isinstance(item.rule, Capacity) and item.scope.covers(case.thing) for item in rulings):
        case = replace(case, others=booked_at(session, resource.site_id, wish.period))
    paces = [item.rule.minutes for item in rulings if isinstance(item.rule, Pace)]
    if paces:
        case = replace(case, recent=asked_since(session, case, case.now - timedelta(minutes=max(paces))))
    return case


def base_case(wish: Wish, resource: Resource, person: Person, zone: ZoneInfo, now: datetime) -> Case:
    """A wish without any of the reservations around it."""
    return Case(
        now=now,
        period=wish.period,
        thing=thing_of(resource),
        zone=zone,
        person=person,
        account_id=wish.account_id,
        project_id=wish.project_id,
        places=wish.places,
        job=wish.job,
        guests=wish.guests,
    )


def booked_by(session: Session, case: Case, rulings: Iterable[Ruling], within: Period) -> list[Booked]:
    """The reservations in a time of the person, and of who pays where a rule counts those, however they ended."""
    holders = {item.rule.holder for item in rulings if isinstance(item.rule, Quota | AtOnce)}
    whose: list[ColumnElement[bool]] = [Reservation.member_id.in_(case.person.ids)]
    if Holder.ACCOUNT in holders and case.account_id is not None:
        whose.append(Reservation.account_id == case.account_id)
    if Holder.PROJECT in holders and case.project_id is not None:
        whose.append(Reservation.project_id == case.project_id)
    query = _BOOKED.where(
        or_(*whose),
        Reservation.starts_at < within.end,
        Reservation.starts_at > within.start - LONGEST_CLAIM,
        Reservation.ends_at > within.start,
        Reservation.nature == Nature.MEMBER,
    )
    return booked(session, query.order_by(Reservation.starts_at))


def booked_at(session: Session, site_id: int, within: Period) -> list[Booked]:
    """Everybody's standing reservations at a site that touch a time."""
    query = _BOOKED.where(
        Resource.site_id == site_id,
        # Whoever is offered a place may come, so that it is not another's.
        or_(Reservation.state == ReservationState.BOOKED, Reservation.offered_until.is_not(None)),
        Reservation.starts_at < within.end,
        Reservation.starts_at > within.start - LONGEST_CLAIM,
        Reservation.ends_at > within.start,
    )
    return booked(session, query)


def asked_since(session: Session, case: Case, since: datetime) -> list[Booked]:
    """What the person has reserved for themselves since an instant, however it ended."""
    query = _BOOKED.where(
        Reservation.member_id.in_(case.person.ids),
        Reservation.nature == Nature.MEMBER,
        Reservation.created_at > since,
        Reservation.offered_until.is_(None),
        # Nobody reserves for a time that is over: what began long before was asked for before.
        Reservation.starts_at > since - LONGEST_CLAIM,
    )
    return booked(session, query)


def booked_ahead_of(session: Session, member_ids: Iterable[int], since: datetime) -> list[Booked]:
    """What these people have reserved for themselves from an instant on, however it ended."""
    query = _BOOKED.where(
        Reservation.member_id.in_(set(member_ids)),
        Reservation.nature == Nature.MEMBER,
        Reservation.starts_at > since,
    )
    return booked(session, query)


def booked(session: Session, query: Select[*tuple[Any, ...]]) -> list[Booked]:
    """Reservations as the rules see them; columns only, since there may be many."""
    things: dict[int, Thing] = {}
    found = []
    for row in session.execute(query):
        thing = things.get(row.resource_id)
        if thing is None:
            thing = Thing(row.resource_id, row.category_id, row.site_id, row.room_id, row.name)
            things[row.resource_id] = thing
        item = Booked(
            id=row.id,
            thing=thing,
            member_id=row.member_id,
            account_id=row.account_id,
            project_id=row.project_id,
            period=Period(row.starts_at, row.ends_at),
            places=row.places,
            guests=row.guests,
            job=row.job,
            created_at=row.created_at,
            is_standing=row.state == ReservationState.BOOKED,
            is_missed=row.state == ReservationState.NO_SHOW,
            cancelled_at=row.cancelled_at,
            cancelled_by_member=row.cancelled_by_id is not None and row.cancelled_by_id == row.member_id,
        )
        found.append(item)
    return found


def apart_from(case: Case, reservation_ids: Collection[int]) -> Case:
    """The same without some reservations: those that the wish is to take the place of."""
    if not reservation_ids:
        return case
    return replace(
        case,
        own=[item for item in case.own if item.id not in reservation_ids],
        others=[item for item in case.others if item.id not in reservation_ids],
        recent=[item for item in case.recent if item.id not in reservation_ids],
    )


def _rows(session: Session, member_ids: Collection[int]) -> dict[int, Member]:
    """These people; who is locked already is not read again."""
    if len(set(member_ids)) == 1:
        found = [session.get(Member, next(iter(member_ids)))]
    else:
        found = list(session.scalars(select(Member).where(Member.id.in_(set(member_ids)))))
    return {row.id: row for row in found if row is not None}


def _none_held(day: date) -> frozenset[int]:
    return frozenset()


def _class_of(history: classes.History, member_id: int) -> Callable[[date], int]:
    def class_on(day: date) -> int:
        return history.at(member_id, day)

    return class_on


def _roles(access: Access, site_id: int) -> frozenset[Role]:
    actor = access.actor
    return frozenset(role for role in Role if actor is not None and actor.may_at_site(role, site_id))
