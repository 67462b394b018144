"""What reserving costs with no rule of the lab in force, and with twelve."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from statistics import median

from fablab.booking import services
from fablab.booking.services import Wish
from fablab.core.db import db, transaction
from fablab.core.period import Period
from fablab.members.actor import Actor
from tests.bench.lab import MONDAY, BenchLab, ruled
from tests.bench.table import Row, spent_ms
from tests.support.statements import statements

NOW = MONDAY - timedelta(days=1)
_hours = count(24 * 30)
"""No hour is reserved twice, whoever measures."""


def rows(lab: BenchLab, clock: Callable[[], float], rounds: int = 5) -> list[Row]:
    """Reserving without and with rules, in turns, since the machine may be busier at one time than at another."""
    plain: list[float] = []
    strict: list[float] = []

    def act() -> None:
        hour = next(_hours)
        with lab.app.app_context():
            reserve(lab.people[hour % len(lab.people)], lab.machines[0], hour)

    def measured(spent: list[float]) -> int:
        """Once everybody has looked whether they may, as they do on the machine's page."""
        with lab.app.app_context():
            for person in lab.people:
                services.reasons_against(db.session(), Actor(person), wish_of(person, lab.machines[0], 0), NOW)
        spent.append(spent_ms(act, 20, clock=clock))
        return statements(lab.engine, act)

    for _ in range(rounds):
        few = measured(plain)
        with ruled(lab):
            more = measured(strict)
    without, within = median(plain), median(strict)
    row = Row(what="reserving, 12 rules; floor: none", cost=within, floor=without, statements=more)
    row.goals = [(f"rules add < 2 ms: {within - without:.1f}", within - without < 2)]
    return [Row(what="reserving, no rule", cost=without, statements=few), row]


def reserve(member_id: int, machine: int, hour: int) -> None:
    """Reserve half of an hour."""
    with transaction() as session:
        services.book(session, Actor(member_id), wish_of(member_id, machine, hour), NOW)


def wish_of(member_id: int, machine: int, hour: int) -> Wish:
    """A wish for half of an hour, counted from the Monday of the lab."""
    start = MONDAY + timedelta(hours=hour)
    return Wish(resource_id=machine, period=Period(start, start + timedelta(minutes=30)), member_id=member_id)
