"""Opening hours against a walk along the wall clock, minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.core.period import Period
from fablab.sites.hours import Opening, is_open, open_periods

MINUTE = timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")
NIGHTS = [
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Paris", date(2026, 6, 17)),
]

openings = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).map(
        lambda three: Opening(three[0], three[1], three[1] + three[2])
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(openings, st.sampled_from(NIGHTS), st.integers(0, 2000), st.integers(1, 1500))
def test_open_periods_are_the_minutes_of_a_slow_reckoning(
    weekly: list[Opening], night: tuple[str, date], after: int, length: int
) -> None:
    zone, day = ZoneInfo(night[0]), night[1]
    start = datetime.combine(day - timedelta(days=1), time(12), zone).astimezone(UTC) + after * MINUTE
    within = Period(start, start + length * MINUTE)

    found = open_periods(weekly, zone, within)

    assert set(minutes_in(found)) == {moment for moment in minutes_in([within]) if is_open_at(weekly, zone, moment)}
    assert all(before.end < later.start for before, later in pairwise(found))
    assert is_open(weekly, zone, within) == (found == [within])


def test_an_opening_may_pass_midnight() -> None:
    friday_night = [Opening(4, 20 * 60, 26 * 60)]

    found = open_periods(friday_night, PARIS, Period(utc(2026, 6, 20, 0, 30), utc(2026, 6, 21, 0)))

    assert found == []
    found = open_periods(friday_night, PARIS, Period(utc(2026, 6, 19, 23), utc(2026, 6, 21, 0)))
    assert found == [Period(utc(2026, 6, 19, 23), utc(2026, 6, 20, 0))]


def test_a_place_that_never_closes_is_open_across_a_change_of_clocks() -> None:
    always = [Opening(day, 0, 1440) for day in range(7)]
    weekend = Period(utc(2026, 3, 27), utc(2026, 3, 31))

    assert open_periods(always, PARIS, weekend) == [weekend]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 21), 24)])
def test_a_whole_sunday_lasts_as_long_as_the_clocks_make_it(day: tuple[int, int, int], hours: int) -> None:
    noon = utc(*day, 12)

    (found,) = open_periods([Opening(6, 0, 1440)], PARIS, Period(noon - 48 * 60 * MINUTE, noon + 48 * 60 * MINUTE))

    assert found.seconds == hours * 3600


def test_an_opening_that_the_clocks_skip_wholly_is_none() -> None:
    night = Period(utc(2026, 3, 28, 12), utc(2026, 3, 29, 12))

    assert open_periods([Opening(6, 125, 175)], PARIS, night) == []


def is_open_at(weekly: list[Opening], zone: ZoneInfo, moment: datetime) -> bool:
    """From the first minute at which the clocks have reached an opening to the first at which they have its end."""
    today = moment.astimezone(zone).date()
    for opening in weekly:
        for day in (today - timedelta(days=1), today, today - timedelta(days=2)):
            if opening.weekday != day.weekday():
                continue
            start, end = (reached(day, minute, zone) for minute in (opening.opens, opening.closes))
            if start <= moment < end:
                return True
    return False


def reached(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The first minute at which the wall clock shows that time of that day, or a later one."""
    wall = datetime.combine(day, time()) + minute * MINUTE
    key = (wall, zone.key)
    if key not in _reached:
        moment = wall.replace(tzinfo=UTC) - timedelta(hours=15)
        while moment.astimezone(zone).replace(tzinfo=None) < wall:
            moment += MINUTE
        _reached[key] = moment
    return _reached[key]


_reached: dict[tuple[datetime, str], datetime] = {}


def minutes_in(periods: list[Period]) -> Iterator[datetime]:
    for period in periods:
        moment = period.start
        while moment < period.end:
            yield moment
            moment += MINUTE


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
