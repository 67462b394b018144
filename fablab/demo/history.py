"""Lives the demonstration's last months: reservations, prints, claims, invoices, each through the doors of today.

The same day gives the same history: chance is drawn from the day itself.
"""

import random
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from fablab.billing.month import issue
from fablab.booking import services as booking
from fablab.booking.models import Nature, Reservation
from fablab.booking.services import Wish
from fablab.catalog.models import Resource
from fablab.core.period import Period, boundary_of
from fablab.core.refusals import Refused
from fablab.demo import organisations, people
from fablab.demo.network import Network
from fablab.usage import queries as usage
from fablab.usage import services as desk
from fablab.usage.models import Connection, LiveState, UsageSession
from fablab.usage.reports import take
from machines.poller import Reading
from machines.tracker import Event, JobEnded, JobStarted, Outcome, TrackerState

HALF_HOUR = timedelta(minutes=30)
WELL_FILLED = timedelta(days=24)
"""Further back the calendar is sparser, so that the demonstration opens sooner."""
_OUTCOMES = (Outcome.DONE,) * 17 + (Outcome.CANCELLED, Outcome.CANCELLED, Outcome.FAILED)


def live_a_day(session: Session, network: Network, day: date, now: datetime) -> None:
    """One day of reservations on every machine, and of prints on those that report; only what is over by `now`."""
    chance = random.Random(day.toordinal())
    for machine in people.MACHINES:
        resource = network.resources[machine.name]
        for period in _slots(resource, day, chance, is_old=now.date() - day > WELL_FILLED):
            who = chance.choice([person for person in people.MAKERS if _may_use(person, machine)])
            made = _reserve(session, network, resource, who.login, period, now)
            if made is not None and period.end < now and machine.simulator:
                _print_during(session, made, chance)
        if machine.simulator and chance.random() < 0.06:
            _nobodys_print(session, resource, day, chance, now)


def _slots(resource: Resource, day: date, chance: random.Random, *, is_old: bool) -> list[Period]:
    if day.weekday() in (6, 0) and resource.site.slug == people.RIVE:
        return []
    busy = 0.4 if day.weekday() == 6 or is_old else 0.75
    periods = []
    at = boundary_of(day, time(9 + chance.randrange(3), chance.choice((0, 30))), resource.site.zone)
    closing = boundary_of(day, time(19), resource.site.zone)
    while chance.random() < busy:
        end = at + HALF_HOUR * chance.choice((2, 2, 3, 4, 4, 6))
        if end > closing:
            break
        periods.append(Period(at, end))
        at = end + HALF_HOUR * chance.choice((0, 0, 1, 2, 4))
    return periods


def _may_use(person: people.Person, machine: people.Machine) -> bool:
    needed = {people.PRINTER: people.PRINTING, people.LASER: people.CUTTING, people.MILL: people.MILLING}
    return needed[machine.category] in person.courses


def _reserve(
    session: Session, network: Network, resource: Resource, login: str, period: Period, now: datetime
) -> Reservation | None:
    member = network.members[login]
    account_id, project_id = organisations.payer(session, network, login)
    wish = Wish(
        resource_id=resource.id,
        period=period,
        member_id=member.id,
        account_id=account_id,
        project_id=project_id,
        nature=Nature.MEMBER,
    )
    asked_at = min(period.start - timedelta(days=1, hours=2), now)
    try:
        return booking.book(session, network.actor(session, login), wish, asked_at)
    except Refused:
        return None


def _print_during(session: Session, reservation: Reservation, chance: random.Random) -> None:
    if chance.random() < 0.08:
        return  # Nobody came.
    start = reservation.starts_at + timedelta(minutes=chance.randrange(1, 9), seconds=chance.randrange(60))
    longest = reservation.period.seconds - 600
    seconds = min(longest, chance.randrange(15 * 60, reservation.period.seconds))
    _report(session, reservation.resource, start, seconds, chance)


def _nobodys_print(session: Session, resource: Resource, day: date, chance: random.Random, now: datetime) -> None:
    start = boundary_of(day, time(19, chance.randrange(10, 50)), resource.site.zone)
    seconds = chance.randrange(20 * 60, 90 * 60)
    if start + timedelta(seconds=seconds) < now:
        _report(session, resource, start, seconds, chance)


def _report(session: Session, resource: Resource, start: datetime, seconds: int, chance: random.Random) -> None:
    """A print as the worker would have reported it, when it ended."""
    connection = session.query(Connection).filter(Connection.resource_id == resource.id).one()
    live = session.get_one(LiveState, connection.id)
    name, end = chance.choice(people.FILES), start + timedelta(seconds=seconds)
    key = f"history-{resource.id}-{start:%Y%m%dT%H%M%S}"
    events: tuple[Event, ...] = (
        JobStarted(job_key=key, path=name, file_name=name, started_at=start, user=None),
        JobEnded(
            job_key=key,
            ended_at=end,
            earliest_end=end,
            latest_end=end,
            printed_seconds=seconds,
            outcome=chance.choice(_OUTCOMES),
            certain=True,
        ),
    )
    reading = Reading(id=connection.id, at=end, status=None, error=None, state=TrackerState.new(), events=events)
    take(session, reading, live.version, end)


def leave_one_unclaimed(session: Session, network: Network, now: datetime) -> None:
    """A print of yesterday morning, before anybody's reservation, so that there is always one to give to somebody."""
    machine = next(machine for machine in people.MACHINES if machine.simulator)
    resource = network.resources[machine.name]
    start = boundary_of(now.date() - timedelta(days=1), time(7, 40), resource.site.zone)
    _report(session, resource, start, 38 * 60, random.Random(start.toordinal()))


def settle_the_old(session: Session, network: Network, before: datetime, now: datetime) -> None:
    """Let the fabmanagers decide about what waited, all but the last days'."""
    sites = [site.id for site in network.sites.values()]
    for waiting in usage.waiting(session, sites, limit=10_000):
        if waiting.started_at < before:
            _settle(session, network, waiting, now)


def _settle(session: Session, network: Network, waiting: UsageSession, now: datetime) -> None:
    login = "fabmanager" if waiting.resource.site.slug == people.HALL else "fabmanager.rive"
    actor = network.actor(session, login)
    if waiting.review == "failed":
        desk.waive(session, actor, waiting.id, Nature.MEMBER, now, note="Buse bouchée : non facturé.")
    elif waiting.id % 2:
        desk.waive(session, actor, waiting.id, Nature.MAINTENANCE, now, note="Pièce d’essai.")
    else:
        desk.give(session, actor, waiting.id, network.members["zoe"].id, now)


def close_months(session: Session, network: Network, months: list[str], now: datetime) -> None:
    """Issue the invoices of these months, each on the second day after it ended."""
    for month in months:
        first = date(int(month[:4]), int(month[5:]), 1)
        day = (first.replace(day=28) + timedelta(days=4)).replace(day=2)
        at = boundary_of(day, time(9, 30), network.entity.zone)
        issue(session, None, network.entity.id, month, min(at, now))
