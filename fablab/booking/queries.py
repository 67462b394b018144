"""What is asked of reservations and of free time."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.free import both, free_for
from fablab.booking.models import LONGEST_CLAIM, Claim, Reservation, ReservationState
from fablab.booking.opening import hours_of, usable
from fablab.catalog import queries as catalog
from fablab.catalog.bundle import Link, bundle, reached
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.period import Period, without
from fablab.members import guardians
from fablab.members.actor import Actor
from fablab.members.models import Member, Role
from fablab.members.queries import Access

_SHOWN = (joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))

_LISTED = (
    select(
        Reservation.id,
        Reservation.resource_id,
        Resource.name.label("resource"),
        Reservation.starts_at.label("start"),
        Reservation.ends_at.label("end"),
        Reservation.state,
        Reservation.nature,
        Reservation.places,
        Reservation.member_id,
        Member.name.label("member"),
        Reservation.account_id,
        Reservation.project_id,
        Reservation.job,
        Reservation.guests,
        Reservation.companion_id,
        Reservation.started_at,
        Reservation.checked_in_at,
        Reservation.review,
        Reservation.review_by,
        Reservation.version,
    )
    .join(Resource, Resource.id == Reservation.resource_id)
    .join(Member, Member.id == Reservation.member_id)
)


@dataclass(frozen=True, slots=True)
class Busy:
    """A place is taken. Whose it is is for staff and for the member, so the id stays with the asker."""

    resource_id: int
    place: int
    period: Period
    reservation_id: int
    member_id: int
    nature: str
    started: bool
    version: int = 1
    is_offer: bool = False
    """It is only kept for somebody who waits, and no reservation yet."""


@dataclass(frozen=True, slots=True)
class Availability:
    """A resource's open time in a period, what of it is taken, and when enough of its places are free.

    Free periods are the longest possible ones and may overlap: one place may be free all day, another in the morning.
    """

    resource: Resource
    within: Period
    open: list[Period]
    busy: list[Busy]
    free: list[Period]


def reservation(session: Session, reservation_id: int) -> Reservation:
    """The reservation with this id; NotFound if there is none."""
    query = (
        select(Reservation)
        .options(*_SHOWN)
        .where(Reservation.id == reservation_id, Reservation.offered_until.is_(None))
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"reservation {reservation_id}")
    return found


def reservation_seen_by(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """The same, if it is the person's own or their ward's, or they are staff of its site; NotFound otherwise."""
    found = reservation(session, reservation_id)
    check_seen_by(session, actor, found)
    return found


def check_seen_by(session: Session, actor: Actor, found: Reservation) -> None:
    """NotFound unless that is so; asked again once it is locked, since it may be handed over meanwhile."""
    is_staff = actor.may_at_site(Role.FABMANAGER, found.resource.site_id)
    if not is_staff and not guardians.acts_for(session, actor, found.member_id):
        raise NotFound(f"reservation {found.id}")


def reservations(
    session: Session,
    within: Period,
    *,
    member_id: int | None = None,
    or_sites: Iterable[int] = (),
    resource_id: int | None = None,
    offset: int = 0,
    limit: int = 2000,
) -> list[Reservation]:
    """Reservations that stand and touch the period, in order; of one member, or else at one of these sites."""
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .options(*_SHOWN)
        .where(*_standing_in(within))
        .order_by(Reservation.starts_at, Reservation.id)
        .offset(offset)
        .limit(limit)
    )
    if resource_id is not None:
        query = query.where(Reservation.resource_id == resource_id)
    if member_id is not None:
        query = query.where(or_(Reservation.member_id == member_id, Resource.site_id.in_(set(or_sites))))
    return list(session.scalars(query))


def listed(
    session: Session,
    actor: Actor,
    within: Period,
    *,
    resource_id: int | None = None,
    offset: int = 0,
    limit: int = 2000,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Reservations that stand and touch the period, in order: one's own, and for staff those of their sites. Columns
    only, since there may be thousands.
    """
    query = _LISTED.where(*_standing_in(within))
    if resource_id is not None:
        query = query.where(Reservation.resource_id == resource_id)
    if not actor.may_everywhere(Role.FABMANAGER):
        sites = actor.named_sites(Role.FABMANAGER)
        own = Reservation.member_id == actor.member_id
        query = query.where(or_(own, Resource.site_id.in_(sites)) if sites else own)
    query = query.order_by(Reservation.starts_at, Reservation.id)
    return session.connection().execute(query.offset(offset).limit(limit)).all()


def _standing_in(within: Period) -> tuple[ColumnElement[bool], ...]:
    """None is longer than its claims, so that the years before need not be read."""
    return (
        Reservation.starts_at < within.end,
        Reservation.starts_at > within.start - LONGEST_CLAIM,
        Reservation.ends_at > within.start,
        Reservation.state == ReservationState.BOOKED,
    )


def upcoming(session: Session, member_id: int, now: datetime, *, limit: int = 50) -> list[Reservation]:
    """The member's reservations that are not over, the next one first."""
    query = (
        select(Reservation)
        .options(*_SHOWN)
        .where(
            Reservation.member_id == member_id,
            Reservation.ends_at > now,
            Reservation.state == ReservationState.BOOKED,
        )
        .order_by(Reservation.starts_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def ahead_on_account(session: Session, account_id: int, now: datetime, *, member_id: int | None = None) -> int:
    """How many standing reservations that are not over an account pays for: of one member, or of all."""
    query = select(func.count()).where(
        Reservation.account_id == account_id,
        Reservation.ends_at > now,
        Reservation.state == ReservationState.BOOKED,
    )
    if member_id is not None:
        query = query.where(Reservation.member_id == member_id)
    return session.scalar(query) or 0


def past(session: Session, member_id: int, now: datetime, *, limit: int = 20) -> list[Reservation]:
    """The member's reservations that are over or were cancelled, the latest first."""
    query = (
        select(Reservation)
        .options(*_SHOWN)
        .where(
            Reservation.member_id == member_id,
            or_(Reservation.ends_at <= now, Reservation.state != ReservationState.BOOKED),
            Reservation.offered_until.is_(None),
        )
        .order_by(Reservation.starts_at.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def running_on(session: Session, resource_id: int, moment: datetime, early: datetime) -> Reservation | None:
    """The reservation that has the resource at that instant, or else the one that begins next, up to `early`."""
    query = (
        select(Reservation)
        .where(
            Reservation.resource_id == resource_id,
            Reservation.state == ReservationState.BOOKED,
            Reservation.starts_at <= early,
            Reservation.ends_at > moment,
        )
        .order_by(Reservation.starts_at)
        .limit(1)
    )
    return session.scalar(query)


def busy(session: Session, resource_ids: Iterable[int], within: Period) -> list[Busy]:
    """Every active claim on these resources that touches the period, in order."""
    query = (
        select(Claim, Reservation)
        .join(Reservation)
        .where(
            Claim.resource_id.in_(set(resource_ids)),
            Claim.active,
            Claim.occupied_from < within.end,
            Claim.occupied_from > within.start - LONGEST_CLAIM,
            Claim.occupied_to > within.start,
        )
        .order_by(Claim.occupied_from, Claim.resource_id, Claim.place)
    )
    return [
        Busy(
            claim.resource_id,
            claim.place,
            Period(claim.occupied_from, claim.occupied_to),
            row.id,
            row.member_id,
            row.nature,
            row.started_at is not None,
            row.version,
            row.offered_until is not None,
        )
        for claim, row in session.execute(query)
    ]


def availability(
    session: Session,
    resources: list[Resource],
    within: Period,
    now: datetime,
    access: Access | None = None,
    *,
    places: int = 1,
    apart_from: Container[int] = (),
) -> list[Availability]:
    """When each resource is open to a person of that access (None: a visitor), what of it is taken, and when so many
    of its places are free from now on, with all that they need besides; in a fixed number of statements. What the
    reservations `apart_from` hold counts as free.
    """
    whole = _with_needed(session, resources)
    hours = hours_of(session, whole.rows.values(), within, now)
    taken: dict[int, list[Busy]] = {key: [] for key in whole.rows}
    for item in busy(session, whole.rows, within):
        if item.reservation_id not in apart_from:
            taken[item.resource_id].append(item)
    who = access or Access()
    ahead = Period(max(within.start, now), within.end) if within.end > now else None
    found = []
    for resource in resources:
        opened = usable(resource, hours[resource.id], who.level_at(resource.site_id), within)
        free = [part for period in opened if ahead and (part := period.within(ahead))]
        wanted = bundle(resource.id, places, whole.links, whole.sizes)
        for key, count in wanted.items():
            free = both(free, _free(whole.rows[key], count, taken[key], ahead, now)) if ahead else []
        found.append(Availability(resource, within, opened, taken[resource.id], free))
    return found


def besides(session: Session, resource: Resource) -> list[Resource]:
    """What a reservation of a resource takes besides, by name."""
    whole = _with_needed(session, [resource])
    wanted = bundle(resource.id, 1, whole.links, whole.sizes)
    return sorted((whole.rows[key] for key in wanted if key != resource.id), key=lambda row: row.name)


@dataclass(frozen=True, slots=True)
class _Whole:
    """Resources with all those that they need, and how they are linked."""

    rows: dict[int, Resource]
    links: list[Link]

    @property
    def sizes(self) -> dict[int, int]:
        return {key: row.places for key, row in self.rows.items()}


def _with_needed(session: Session, resources: list[Resource]) -> _Whole:
    links = [Link(row.resource_id, row.other_id, row.places) for row in catalog.links(session)]
    rows = {row.id: row for row in resources}
    needed = reached(rows, links) - set(rows)
    if needed:
        rows |= catalog.resources_by_id(session, needed)
    return _Whole(rows, links)


def _free(resource: Resource, count: int, taken: list[Busy], ahead: Period, now: datetime) -> list[Period]:
    """When so many places are not taken, and the resource is not taken out."""
    start = ahead.start
    if resource.is_out_at(start, now):
        back = resource.state_until
        if back is None or back >= ahead.end or resource.is_out_at(back, now):
            return []
        start = back
    whole = [Period(start, ahead.end)]
    by_place = [
        list(without(whole, [item.period for item in taken if item.place == place]))
        for place in range(1, resource.places + 1)
    ]
    return free_for(by_place, count)
