"""Whom a change touches: reservations that it would make impossible, and what else each of them could have.

A change that touches somebody is made only with a decision for each: cancel it with a notice, move it to an equivalent
resource here or elsewhere, or keep it as it is. Asked without decisions, the change is not made and `Undecided` says
whom it would touch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import moving, services
from fablab.booking.free_time import availability
from fablab.booking.models import Claim, Reservation, ReservationState
from fablab.booking.moving import Change
from fablab.booking.opening import hours_of, usable
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.i18n import _, show_period
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import queries as members
from fablab.members import rights
from fablab.members.actor import Actor
from fablab.training import queries as training
from fablab.training.timeline import holds_during

CANCEL, KEEP = "cancel", "keep"
SHOWN = 200
"""More than that are not shown one by one; they follow the decision for all others."""


@dataclass(frozen=True, slots=True)
class Instead:
    """A resource that somebody could have instead."""

    id: int
    name: str
    site_id: int
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A reservation that a change would make impossible, and what its member could have instead; values and no rows,
    since the change that was not made is rolled back before anybody reads them.
    """

    reservation_id: int
    member: str
    resource: str
    site_id: int
    zone: ZoneInfo
    period: Period
    places: int
    instead: list[Instead]
    suggested: int | None
    """The first of them that no reservation before this one is to have; None if there is none."""


class Undecided(Conflict):
    """The change was not made: somebody must say what becomes of these reservations.

    `touched` are the first of them, `count` is how many there are; `against` is why what was decided cannot be done,
    where something was.
    """

    def __init__(self, touched: list[Touched], count: int, against: Iterable[Refusal] = ()) -> None:
        text = _("Reservations are touched by this. Say what becomes of each; nothing was changed yet.")
        self.against = tuple(against)
        super().__init__(self.against or [Refusal("undecided", text)])
        self.touched = touched
        self.count = count


@dataclass(frozen=True, slots=True)
class Decisions:
    """What becomes of each reservation, by its id: `cancel`, `keep`, or the id of the resource that it moves to.

    `others` is for those that are not named: `cancel`, `keep`, or None while nothing was decided for them.
    """

    each: Mapping[int, str | int] = field(default_factory=dict)
    others: str | None = None

    def of(self, reservation_id: int) -> str | int | None:
        """What becomes of this one; None while that is open."""
        return self.each.get(reservation_id, self.others)


NOTHING_DECIDED = Decisions()


def upcoming_on(session: Session, resource_ids: Iterable[int], within: Period) -> list[Reservation]:
    """The standing reservations that hold a claim on one of these resources in the period, in order."""
    held = select(Claim.reservation_id).where(
        Claim.resource_id.in_(set(resource_ids)),
        Claim.active,
        Claim.occupied_from < within.end,
        Claim.occupied_to > within.start,
    )
    query = (
        select(Reservation)
        .options(joinedload(Reservation.member), joinedload(Reservation.resource).joinedload(Resource.site))
        .where(Reservation.id.in_(held), Reservation.state == ReservationState.BOOKED)
        .order_by(Reservation.starts_at, Reservation.id)
    )
    return list(session.scalars(query))


def usable_ids(session: Session, parts: list[tuple[Reservation, Period]], now: datetime) -> set[int]:
    """Those of the reservations that can be used for the whole of their part: open to their members, and staffed where
    the resource needs that. In a fixed number of statements.
    """
    if not parts:
        return set()
    whole = Period(min(row.starts_at for row, _part in parts), max(row.ends_at for row, _part in parts))
    resources = {row.resource_id: row.resource for row, _part in parts}
    hours = hours_of(session, resources.values(), whole, now)
    accesses = rights.accesses_of(session, {row.member_id for row, _part in parts}, now)

    def is_usable(row: Reservation, part: Period) -> bool:
        level = accesses[row.member_id].level_at(row.resource.site_id)
        return usable(row.resource, hours[row.resource_id], level, part) == [part]

    return {row.id for row, part in parts if is_usable(row, part)}


def with_alternatives(
    session: Session, reservations: list[Reservation], now: datetime, *, without: Iterable[int] = ()
) -> list[Touched]:
    """Each reservation with the resources of its category that its member could have at its time: those of the same
    site first. The number of statements does not grow with the reservations.
    """
    if not reservations:
        return []
    unwanted = set(without)
    categories = {row.resource.category_id for row in reservations}
    candidates = [row for row in catalog.resources(session) if row.category_id in categories and row.id not in unwanted]
    whole = Period(min(row.starts_at for row in reservations), max(row.ends_at for row in reservations))
    needed = training.needed_for(session, candidates)
    people = {row.member_id for row in reservations}
    accesses = rights.accesses_of(session, people, now)
    acts = training.acts_of_all(session, people)
    places = sorted({row.site_id for row in candidates})
    levels = {key: tuple(access.level_at(site_id) for site_id in places) for key, access in accesses.items()}
    alike = {levels[row.member_id]: accesses[row.member_id] for row in reservations}
    ids = {row.id for row in reservations}
    free = {
        (key, count, item.resource.id): item.free
        for key, access in alike.items()
        for count in {row.places for row in reservations}
        for item in availability(session, candidates, whole, now, access, places=count, apart_from=ids)
    }

    def instead(row: Reservation) -> list[Resource]:
        own = acts.get(row.member_id, {})
        fitting = [
            other
            for other in candidates
            if other.id != row.resource_id
            and other.category_id == row.resource.category_id
            and any(part.covers(row.period) for part in free[levels[row.member_id], row.places, other.id])
            and all(holds_during(own.get(course.id, []), row.period, now) for course in needed[other.id])
        ]
        return sorted(fitting, key=lambda other: (other.site_id != row.resource.site_id, other.name))

    return _shown([(row, instead(row)) for row in reservations])


def _shown(found: list[tuple[Reservation, list[Resource]]]) -> list[Touched]:
    """As values, each with a suggestion; the same resource is not suggested twice for the same time."""
    planned: dict[int, list[Period]] = {}
    shown = []
    for row, others in found:
        fitting = (
            item.id for item in others if not any(row.period.overlaps(part) for part in planned.get(item.id, []))
        )
        suggested = next(fitting, None)
        if suggested is not None:
            planned.setdefault(suggested, []).append(row.period)
        touched = Touched(
            reservation_id=row.id,
            member=row.member.name,
            resource=row.resource.name,
            site_id=row.resource.site_id,
            zone=row.resource.site.zone,
            period=row.period,
            places=row.places,
            instead=[Instead(item.id, item.name, item.site_id, item.site.name) for item in others],
            suggested=suggested,
        )
        shown.append(touched)
    return shown


def settle(
    session: Session,
    actor: Actor,
    reservations: list[Reservation],
    decisions: Decisions,
    reason: str,
    now: datetime,
    *,
    without: Iterable[int] = (),
) -> None:
    """Do with each reservation what was decided.

    Raises:
        Undecided: one of them has no decision, or cannot be moved where it was decided; nothing may then be written.
    """

    def undecided(against: Iterable[Refusal] = ()) -> Undecided:
        touched = with_alternatives(session, reservations[:SHOWN], now, without=without)
        return Undecided(touched, len(reservations), against)

    if any(decisions.of(row.id) is None for row in reservations):
        raise undecided()
    try:
        # What was done of it is undone before it is told what else there is.
        with session.begin_nested():
            _do(session, actor, reservations, decisions, reason, now)
    except Refused as refused:
        raise undecided(refused.refusals) from refused


def _do(
    session: Session, actor: Actor, reservations: list[Reservation], decisions: Decisions, reason: str, now: datetime
) -> None:
    going = [row for row in reservations if decisions.of(row.id) not in (None, CANCEL, KEEP)]
    # Each move locks its member and who pays for it; all of them at once and in order, nobody waits for us who has
    # what we need.
    members.lock_members(session, [row.member_id for row in going])
    members.lock_accounts(session, [row.account_id for row in going])
    # What is given back first may be what another one moves to.
    for row in reservations:
        if decisions.of(row.id) == CANCEL:
            services.cancel(session, actor, row.id, now, reason=reason)
    for row in reservations:
        decision = decisions.of(row.id)
        if decision not in (None, CANCEL, KEEP):
            _move(session, actor, row, int(decision), reason, now)


def _move(session: Session, actor: Actor, row: Reservation, resource_id: int, reason: str, now: datetime) -> None:
    """Move one of several; a refusal says which one it is about."""
    who, period = row.member.name, show_period(row.period, row.resource.site.zone)
    try:
        moving.change(session, actor, row.id, Change(resource_id=resource_id, reason=reason), now)
    except Refused as refused:
        name = catalog.resource(session, resource_id).name
        text = _("%(who)s, %(period)s, cannot move to %(name)s:", who=who, period=period, name=name)
        raise type(refused)(replace(item, message=f"{text} {item.message}") for item in refused.refusals) from refused
