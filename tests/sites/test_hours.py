"""Opening hours against a walk along the wall clock, minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.core.period import Period, merged
from fablab.sites.holidays import calendar_of, holidays_of, is_known
from fablab.sites.hours import LAST, Hours, Opening, Season, Special, Timetable, overlapping, weekly

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
NIGHTS = [
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Paris", date(2026, 6, 17)),
]

LENGTHS = st.integers(1, 1440)
OPENINGS = st.builds(
    lambda weekday, opens, length, staff, level, alone, nth: Opening(
        weekday, opens, opens + length, staff, level, alone, nth
    ),
    st.integers(0, 6),
    st.integers(0, 1439),
    LENGTHS,
    st.integers(0, 1),
    st.integers(0, 2),
    st.none() | st.integers(0, 2),
    st.sampled_from([None, None, None, 1, 2, 3, 4, LAST]),
)
AROUND = st.integers(-3, 3)


@st.composite
def timetables(draw: st.DrawFn, zone: ZoneInfo, day: date) -> Timetable:
    """Any timetable around a day: a usual season and a dated one, closures and exceptional openings, holidays."""
    seasons = [Season(tuple(draw(st.lists(OPENINGS, max_size=5))))]
    if draw(st.booleans()):
        first = day + draw(AROUND) * DAY
        seasons.append(
            Season(tuple(draw(st.lists(OPENINGS, max_size=4))), first, first + draw(st.integers(0, 3)) * DAY)
        )
    specials = []
    for _number in range(draw(st.integers(0, 3))):
        first = day + draw(AROUND) * DAY
        opening = draw(st.just(Opening(0, 0, 1440)) | OPENINGS)
        specials.append(Special(draw(st.booleans()), first, first + draw(st.integers(0, 2)) * DAY, opening))
    holidays = {day + draw(AROUND) * DAY for _number in range(draw(st.integers(0, 1)))}
    return Timetable(zone, tuple(seasons), tuple(specials), lambda one: one in holidays)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(NIGHTS), st.integers(0, 2000), st.integers(1, 1500), st.integers(0, 2))
def test_hours_are_the_minutes_of_a_slow_reckoning(
    data: st.DataObject, night: tuple[str, date], after: int, length: int, level: int
) -> None:
    zone, day = ZoneInfo(night[0]), night[1]
    tables = [data.draw(timetables(zone, day)) for _number in range(data.draw(st.integers(1, 2)))]
    start = datetime.combine(day - DAY, time(12), zone).astimezone(UTC) + after * MINUTE
    within = Period(start, start + length * MINUTE)
    there = data.draw(st.lists(st.tuples(st.integers(-100, length), st.integers(1, 700)), max_size=2))
    staff = tuple(merged(Period(start + begin * MINUTE, start + (begin + long) * MINUTE) for begin, long in there))
    hours = Hours(tuple(tables), staff)

    found = hours.open(level, within)

    def is_open(moment: datetime) -> bool:
        staffed = any(part.contains(moment) for part in staff)
        return all(is_open_at(table, level, staffed, moment) for table in tables)

    assert set(minutes_in(found)) == {moment for moment in minutes_in([within]) if is_open(moment)}
    assert all(before.end < later.start for before, later in pairwise(found))
    assert hours.is_open(level, within) == (found == [within])
    assert hours.is_staffed(within) == all(any(part.contains(m) for part in staff) for m in minutes_in([within]))


def test_an_opening_may_pass_midnight() -> None:
    friday_night = [Opening(4, 20 * 60, 26 * 60)]

    assert opened(friday_night, Period(utc(2026, 6, 20, 0, 30), utc(2026, 6, 21, 0))) == []
    found = opened(friday_night, Period(utc(2026, 6, 19, 23), utc(2026, 6, 21, 0)))
    assert found == [Period(utc(2026, 6, 19, 23), utc(2026, 6, 20, 0))]


def test_a_place_that_never_closes_is_open_across_a_change_of_clocks() -> None:
    weekend = Period(utc(2026, 3, 27), utc(2026, 3, 31))

    assert opened([Opening(day, 0, 1440) for day in range(7)], weekend) == [weekend]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 21), 24)])
def test_a_whole_sunday_lasts_as_long_as_the_clocks_make_it(day: tuple[int, int, int], hours: int) -> None:
    noon = utc(*day, 12)

    (found,) = opened([Opening(6, 0, 1440)], Period(noon - 2 * DAY, noon + 2 * DAY))

    assert found.seconds == hours * 3600


def test_an_opening_that_the_clocks_skip_wholly_is_none() -> None:
    assert opened([Opening(6, 125, 175)], Period(utc(2026, 3, 28, 12), utc(2026, 3, 29, 12))) == []


def test_a_member_alone_is_let_in_by_a_higher_level_only() -> None:
    afternoon = Timetable(PARIS, (Season((Opening(1, 14 * 60, 18 * 60, staff=1, level=0, alone=2),)),))
    day = Period(utc(2026, 6, 16), utc(2026, 6, 17))
    there = (Period(utc(2026, 6, 16, 12), utc(2026, 6, 16, 14)),)

    assert Hours((afternoon,), there).open(0, day) == [Period(utc(2026, 6, 16, 12), utc(2026, 6, 16, 14))]
    assert Hours((afternoon,), there).open(1, day) == [Period(utc(2026, 6, 16, 12), utc(2026, 6, 16, 14))]
    assert Hours((afternoon,), there).open(2, day) == [Period(utc(2026, 6, 16, 12), utc(2026, 6, 16, 16))]
    assert afternoon.planned(day) == [Period(utc(2026, 6, 16, 12), utc(2026, 6, 16, 16))]
    assert Hours((), there).open(9, day) == []


def test_of_closures_and_exceptional_openings_the_one_written_later_counts() -> None:
    tuesday = date(2026, 6, 16)
    closed = Special(False, tuesday, tuesday, Opening(0, 0, 1440), "inventaire")
    party = Special(True, tuesday, tuesday, Opening(0, 17 * 60, 19 * 60))
    always = Season(tuple(Opening(day, 0, 1440) for day in range(7)))
    day = Period(utc(2026, 6, 16, 6), utc(2026, 6, 16, 20))

    assert Timetable(PARIS, (always,), (closed, party)).open(0, day, ()) == [
        Period(utc(2026, 6, 16, 15), utc(2026, 6, 16, 17))
    ]
    assert Timetable(PARIS, (always,), (party, closed)).open(0, day, ()) == []
    assert Timetable(PARIS, (always,), (closed,)).closures(day) == [(day, "inventaire")]


def test_seasons_that_share_a_day_overlap() -> None:
    usual, july = Season(()), Season((), date(2026, 7, 1), date(2026, 7, 31))
    august, summer = Season((), date(2026, 8, 1), date(2026, 8, 31)), Season((), date(2026, 7, 31), date(2026, 9, 1))

    assert overlapping([usual, july, august]) == []
    assert overlapping([usual, july, august, summer]) == [(july, summer), (august, summer)]


def test_public_holidays_are_known_by_country_and_part() -> None:
    in_france, in_alsace = calendar_of("FR", ""), calendar_of("FR", "6AE")

    assert in_france(date(2026, 7, 14))
    assert not in_france(date(2026, 12, 26))
    assert in_alsace(date(2026, 12, 26))
    assert not calendar_of("XX", "")(date(2026, 7, 14))
    assert holidays_of("FR", "", 2026)[date(2026, 7, 14)] == "Fête nationale"
    assert is_known("FR", "6AE")
    assert not is_known("FR", "NOWHERE")


def opened(weekly_openings: list[Opening], within: Period) -> list[Period]:
    return Hours((weekly(weekly_openings, PARIS),)).open(0, within)


def is_open_at(table: Timetable, level: int, staffed: bool, moment: datetime) -> bool:
    """Whether some opening that the clocks have reached, and that nothing closed since, lets in."""
    today = moment.astimezone(table.zone).date()
    days = [today - number * DAY for number in range(3)]

    def is_on_at(day: date, opening: Opening) -> bool:
        return reached(day, opening.opens, table.zone) <= moment < reached(day, opening.closes, table.zone)

    going_on = []
    for day in days:
        dated = [season for season in table.seasons if season.first and season.first <= day <= season.last]
        for opening in (dated or [table.seasons[0]])[0].openings:
            which = [one for one in range(1, 32) if is_weekday(day, one, opening.weekday)]
            wanted = (
                which if opening.nth is None else which[-1:] if opening.nth == LAST else which[opening.nth - 1 :][:1]
            )
            if day.day in wanted and is_on_at(day, opening):
                going_on.append(opening)
    if table.is_holiday(today):
        going_on = []
    for special in table.specials:
        if any(special.first <= day <= special.last and is_on_at(day, special.opening) for day in days):
            going_on = [*going_on, special.opening] if special.is_open else []
    for opening in going_on:
        needed = opening.level if staffed or opening.staff == 0 else opening.alone
        if needed is not None and level >= needed:
            return True
    return False


def is_weekday(month: date, day: int, weekday: int) -> bool:
    try:
        return month.replace(day=day).weekday() == weekday
    except ValueError:
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
