"""Periods against a slow model of minutes, and wall clocks that jump."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.period import (
    AmbiguousTime,
    NoSuchTime,
    Period,
    boundary_of,
    day_of,
    first_day_of,
    instant_of,
    merged,
    month_at,
    month_of,
    without,
)

PARIS = ZoneInfo("Europe/Paris")
ZERO = datetime(2026, 3, 28, tzinfo=UTC)
ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia"]


def minutes(first: int, last: int) -> Period:
    return Period(ZERO + timedelta(minutes=first), ZERO + timedelta(minutes=last))


periods = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: minutes(pair[0], pair[0] + pair[1])), max_size=8
)


def model(found: list[Period]) -> set[int]:
    return {
        minute
        for period in found
        for minute in range(int((period.start - ZERO).total_seconds()) // 60, (period.end - ZERO).seconds // 60)
    }


def are_apart_and_in_order(found: list[Period]) -> bool:
    return all(before.end < after.start for before, after in pairwise(found))


@given(periods)
def test_merged_periods_are_the_same_minutes_in_as_few_pieces_as_can_be(given_periods: list[Period]) -> None:
    found = merged(given_periods)

    assert model(found) == model(given_periods)
    assert are_apart_and_in_order(found)


@given(periods, periods)
def test_what_is_left_is_every_minute_that_was_not_cut(whole: list[Period], taken: list[Period]) -> None:
    found = list(without(whole, taken))

    assert model(found) == model(whole) - model(taken)
    assert are_apart_and_in_order(found)


@given(periods.filter(bool), periods.filter(bool))
def test_overlapping_covering_and_the_common_part_agree_with_minutes(some: list[Period], others: list[Period]) -> None:
    one, other = some[0], others[0]
    common = one.within(other)

    assert one.overlaps(other) == bool(model([one]) & model([other])) == (common is not None)
    assert one.covers(other) == (model([other]) <= model([one]))
    assert model([common] if common else []) == model([one]) & model([other])
    assert all(one.contains(ZERO + timedelta(minutes=minute)) == (minute in model([one])) for minute in range(95))


def test_a_period_is_made_of_aware_instants_and_ends_after_it_starts() -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - that is the point.

    for start, end in ((naive, ZERO), (ZERO, naive), (ZERO, ZERO), (ZERO, ZERO - timedelta(seconds=1))):
        with pytest.raises((ValueError, TypeError)):
            Period(start, end)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 3, 30), 24), (date(2026, 10, 25), 25)])
def test_a_day_has_23_24_or_25_hours(day: date, hours: int) -> None:
    assert day_of(day, PARIS).seconds == hours * 3600


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_a_gap_and_show_their_own_date(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    if (name, day) in (("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Apia", date(2011, 12, 29))):
        return  # Samoa had no such day, when it crossed the date line.

    found = day_of(day, zone)

    assert found.end == day_of(day + timedelta(days=1), zone).start
    assert found.start.astimezone(zone).date() == day
    assert (found.end - timedelta(seconds=1)).astimezone(zone).date() == day
    assert (found.start - timedelta(seconds=1)).astimezone(zone).date() == day - timedelta(days=1)


def test_a_time_that_the_clocks_skip_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        instant_of(date(2026, 3, 29), time(2, 30), PARIS)


def test_a_time_that_the_clocks_show_twice_is_asked_about() -> None:
    with pytest.raises(AmbiguousTime):
        instant_of(date(2026, 10, 25), time(2, 30), PARIS)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 - wall clocks.
def test_any_other_time_is_the_one_instant_at_which_the_clocks_show_it(wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    near = [wall.replace(tzinfo=UTC) + timedelta(minutes=30 * halves) for halves in range(-60, 61)]
    offsets = {moment.astimezone(zone).utcoffset() for moment in near}
    showing = [
        wall.replace(tzinfo=UTC) - offset
        for offset in offsets
        if offset is not None
        and (wall.replace(tzinfo=UTC) - offset).astimezone(zone).replace(tzinfo=None, fold=0) == wall
    ]

    try:
        found = [instant_of(wall.date(), wall.time(), zone)]
    except NoSuchTime:
        found = []
    except AmbiguousTime:
        assert len(showing) == 2
        return

    assert found == showing


@given(
    st.sampled_from([(date(2026, 3, 29), "Europe/Paris"), (date(2026, 10, 4), "Australia/Lord_Howe")]),
    st.integers(0, 1439),
)
def test_a_skipped_boundary_is_the_jump(night: tuple[date, str], minute: int) -> None:
    day, zone = night[0], ZoneInfo(night[1])
    wall = datetime.combine(day, time(minute // 60, minute % 60))

    found = boundary_of(day, wall.time(), zone)

    moment = day_of(day, zone).start
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=1)
    assert found == moment


def test_a_doubled_boundary_is_the_first() -> None:
    assert boundary_of(date(2026, 10, 25), time(2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_month_goes_from_midnight_to_midnight_of_the_site() -> None:
    assert month_of("2026-03", PARIS) == Period(
        datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)
    )
    assert month_of("2026-12", PARIS).end == datetime(2026, 12, 31, 23, tzinfo=UTC)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_every_instant_is_in_exactly_the_month_that_the_calendar_shows(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    month = month_at(moment, zone)
    first = first_day_of(month)
    neighbours = [(first - timedelta(days=1)).strftime("%Y-%m"), (first + timedelta(days=31)).strftime("%Y-%m")]

    assert month_of(month, zone).contains(moment)
    assert not any(month_of(neighbour, zone).contains(moment) for neighbour in neighbours)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026/01",
        "2026-+1",
        "2026- 1",
        "2_26-01",
        "٢٠٢٦-٠١",
        "2026-01-01",
        "0000-01",
        "0001-01",
        "9999-12",
        "2026-01\n",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        month_of(text, PARIS)
