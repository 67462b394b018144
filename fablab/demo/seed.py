"""Fills an empty database with the demonstration."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from fablab.core.db import db, transaction
from fablab.core.outbox import OutboxRow
from fablab.core.period import boundary_of, month_at
from fablab.demo import (
    booking_rules,
    cards,
    centre,
    conduct,
    families,
    funding,
    history,
    memberships,
    organisations,
    people,
    places,
    shifts,
    upkeep,
    visits,
)
from fablab.demo.network import Network, build, take_out_the_broken
from fablab.members.models import Member
from fablab.usage.connections import Means, connect

MONTHS_BACK = 2
DAYS_AHEAD = 10
NOWHERE = "http://127.0.0.1:9"
"""Where the printer that does not answer would be; nothing listens on the discard port."""


def is_empty() -> bool:
    """Tell whether nobody is in the database yet."""
    empty = db.session.scalar(select(Member.id).limit(1)) is None
    db.session.rollback()
    return empty


def fill(means: Means, now: datetime) -> None:
    """Build the network, live its last months up to now, and reserve for the days ahead. All of it, or nothing."""
    begin = _first_day(now)
    with transaction() as session:
        network = build(session, begin, now)
        organisations.found(session, network, boundary_of(begin, time(8), network.entity.zone))
        admin = network.actor(session, "admin")
        for machine in people.MACHINES:
            if machine.simulator:
                connect(session, admin, network.resources[machine.name].id, "octoprint", NOWHERE, "unset", means, now)
        day = begin
        while day <= now.date() + timedelta(days=DAYS_AHEAD):
            history.live_a_day(session, network, day, now)
            day += timedelta(days=1)
        history.leave_one_unclaimed(session, network, now)
        memberships.add(session, network, boundary_of(begin, time(8), network.entity.zone), now)
        history.settle_the_old(session, network, now - timedelta(days=4), now)
        history.close_months(session, network, _months(begin, now, network), now)
        centre.add(session, network, boundary_of(begin, time(8), network.entity.zone), now)
        shifts.add(session, network, now)
        places.add(session, network, now)
        cards.add(session, network, now)
        memberships.add_proofs(session, network, now)
        memberships.ask_for_them(network)
        take_out_the_broken(session, network)
        upkeep.add(session, network, now)
        families.add(session, network, begin, now)
        visits.add(session, network, now)
        conduct.add(session, network, now)
        funding.add(session, network, begin, now)
        booking_rules.add(session, network, now)
        # The mails of the past were read long ago.
        session.execute(update(OutboxRow).values(done_at=now, due_at=None, payload={}))


def _first_day(now: datetime) -> date:
    first = now.date().replace(day=1)
    for _ in range(MONTHS_BACK):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _months(begin: date, now: datetime, network: Network) -> list[str]:
    months, first, present = [], begin, month_at(now, network.entity.zone)
    while f"{first:%Y-%m}" < present:
        months.append(f"{first:%Y-%m}")
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return months
