"""When things are open, what of them is taken, and when enough of their places are free."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from fablab.booking.free import both, free_for
from fablab.booking.models import LONGEST_CLAIM, Claim, Reservation
from fablab.booking.opening import hours_in, usable
from fablab.catalog import queries as catalog
from fablab.catalog.bundle import Link, bundle, reached
from fablab.catalog.models import Resource
from fablab.core.period import Period, merged, without
from fablab.members.rights import Access
from fablab.sites.hours import Hours

_BUSY = (
    select(
        Claim.resource_id,
        Claim.place,
        Claim.occupied_from,
        Claim.occupied_to,
        Reservation.id,
        Reservation.member_id,
        Reservation.nature,
        Reservation.started_at,
        Reservation.version,
        Reservation.offered_until,
    )
    .join(Reservation, Reservation.id == Claim.reservation_id)
    .where(
        Claim.resource_id.in_(bindparam("resource_ids", expanding=True)),
        Claim.active,
        Claim.occupied_from < bindparam("end"),
        Claim.occupied_from > bindparam("early"),
        Claim.occupied_to > bindparam("start"),
    )
    .order_by(Claim.occupied_from, Claim.resource_id, Claim.place)
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


def busy(session: Session, resource_ids: Iterable[int], within: Period) -> list[Busy]:
    """Every active claim on these resources that touches the period, in order."""
    values = {
        "resource_ids": sorted(set(resource_ids)),
        "start": within.start,
        "end": within.end,
        "early": within.start - LONGEST_CLAIM,
    }
    return [
        Busy(thing, place, Period(start, end), key, who, nature, started is not None, version, offered is not None)
        for thing, place, start, end, key, who, nature, started, version, offered in session.execute(_BUSY, values)
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
    wanted = _Wanted(resources, now, access or Access(), places, apart_from)
    return _availabilities(session, wanted, [within])[0]


def availabilities(
    session: Session, resources: list[Resource], periods: Sequence[Period], now: datetime, access: Access | None = None
) -> list[list[Availability]]:
    """The same in each of several periods, however far they lie from each other; one statement more for each apart."""
    return _availabilities(session, _Wanted(resources, now, access or Access()), periods)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked of free time, whatever the period."""

    resources: list[Resource]
    now: datetime
    access: Access
    places: int = 1
    apart_from: Container[int] = ()


def _availabilities(session: Session, wanted: _Wanted, periods: Sequence[Period]) -> list[list[Availability]]:
    whole = _with_needed(session, wanted.resources)
    bundles = {row.id: bundle(row.id, wanted.places, whole.links, whole.sizes) for row in wanted.resources}
    hours = hours_in(session, whole.rows.values(), periods, wanted.now)
    # Asked apart where they lie apart: PostgreSQL misjudges how little “the one or the other” is. What touches both of
    # them counts once.
    touching = dict.fromkeys(item for part in merged(periods) for item in busy(session, whole.rows, part))
    found = [item for item in touching if item.reservation_id not in wanted.apart_from]
    return [
        _available(wanted, whole, bundles, hours_then, found, within)
        for within, hours_then in zip(periods, hours, strict=True)
    ]


def _available(
    wanted: _Wanted,
    whole: "_Whole",
    bundles: Mapping[int, Mapping[int, int]],
    hours: Mapping[int, Hours],
    claims: Iterable[Busy],
    within: Period,
) -> list[Availability]:
    now = wanted.now
    taken: dict[int, list[Busy]] = {key: [] for key in whole.rows}
    for item in claims:
        if item.period.overlaps(within):
            taken[item.resource_id].append(item)
    ahead = Period(max(within.start, now), within.end) if within.end > now else None
    open_to: dict[tuple[int, int, bool], list[Period]] = {}
    found = []
    for resource in wanted.resources:
        level = wanted.access.level_at(resource.site_id)
        # Machines of one site and category share their hours; when these are open is reckoned once.
        alike = (id(hours[resource.id]), level, resource.needs_staff)
        if alike not in open_to:
            open_to[alike] = usable(resource, hours[resource.id], level, within)
        opened = open_to[alike]
        free = [part for period in opened if ahead and (part := period.within(ahead))]
        for key, count in bundles[resource.id].items():
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
    links: Sequence[Link]

    @property
    def sizes(self) -> dict[int, int]:
        return {key: row.places for key, row in self.rows.items()}


def _with_needed(session: Session, resources: list[Resource]) -> _Whole:
    linked = catalog.links(session)
    rows = {row.id: row for row in resources}
    needed = reached(rows, linked) - set(rows)
    if needed:
        rows |= catalog.resources_by_id(session, needed)
    return _Whole(rows, linked)


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
