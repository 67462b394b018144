"""Wishes and reservations of before for rules that are judged by themselves, without a database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.rules.case import Booked, Case, Person, Thing
from fablab.booking.rules.kind import Rule
from fablab.booking.rules.scope import Scope
from fablab.core.period import Period
from fablab.sites.hours import Hours, Opening, weekly

PARIS = ZoneInfo("Europe/Paris")
LASER, OTHER = Thing(1, 1, 1, 1, "Laser"), Thing(2, 1, 1, 2, "Autre")
ME = Person(ids=frozenset({1}), name="Moi")
ALL_DAY = Hours((weekly([Opening(day, 0, 1440) for day in range(7)], PARIS),))


def wall(day: date, hour: float = 0) -> datetime:
    """An instant by its day and its hour on the wall in Paris; more than 24 is of the days after."""
    more, minutes = divmod(round(hour * 60), 1440)
    time_of_day = time(minutes // 60, minutes % 60)
    return datetime.combine(day + timedelta(days=more), time_of_day, PARIS).astimezone(UTC)


def span(day: date, hour: float, hours: float) -> Period:
    """So many hours from then on."""
    start = wall(day, hour)
    return Period(start, start + timedelta(hours=hours))


def booked(period: Period, number: int = 1, **more: object) -> Booked:
    """A reservation of mine that stands, asked for two weeks before."""
    said = {"thing": LASER, "member_id": 1, "account_id": 1, "project_id": None, "places": 1}
    made = period.start - timedelta(days=14)
    return Booked(**{"id": number, "period": period, "created_at": made, **said, **more})


def wish(period: Period, *own: Booked, **more: object) -> Case:
    """A wish of mine, asked for two weeks before."""
    said = {"now": period.start - timedelta(days=14), "thing": LASER, "person": ME, "hours": ALL_DAY}
    return Case(**{"period": period, "zone": PARIS, "own": own, **said, **more})


def codes(rule: Rule, case: Case, scope: Scope | None = None) -> list[str]:
    """What a rule has against a wish, if its scope concerns it."""
    place = scope or Scope()
    return [reason.code for reason in rule.against(case, place)] if place.concerns(case) else []
