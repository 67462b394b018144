"""What repeats keeps its time on the wall, in every zone, and says so where the clocks do not show it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from fablab.booking.several.pattern import MOST, Pattern, Shift
from fablab.core.period import Period
from fablab.core.refusals import Refusal

ZONES = [
    ZoneInfo(name)
    for name in (
        *("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"),
        *("Africa/Casablanca", "Pacific/Apia", "Europe/Dublin", "UTC"),
    )
]
PATTERNS = st.builds(
    lambda first, starts, minutes, weeks, times: Pattern(
        first_on=first, starts=starts, minutes=minutes, every_weeks=weeks, times=times
    ),
    st.dates(date(2009, 1, 1), date(2035, 1, 1)),
    st.times().map(lambda found: found.replace(second=0, microsecond=0, fold=0)),
    st.integers(5, 2 * 1440),
    st.integers(1, 5),
    st.integers(1, MOST),
)


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def showings(wall: datetime, zone: ZoneInfo) -> int:
    """How often the clocks of a zone show a wall time: tried minute by minute around it."""
    around = wall.replace(tzinfo=zone).astimezone(UTC)
    minutes = (around + timedelta(minutes=number) for number in range(-26 * 60, 26 * 60 + 1))
    return sum(shown(moment, zone) == wall for moment in minutes)


@given(PATTERNS, st.sampled_from(ZONES))
@example(Pattern(first_on=date(2026, 3, 29), starts=time(2, 30), minutes=60, times=1), ZONES[0])
@example(Pattern(first_on=date(2026, 10, 25), starts=time(1), minutes=90, times=1), ZONES[0])
@example(Pattern(first_on=date(2011, 12, 30), starts=time(14), minutes=60, times=1), ZONES[6])
def test_every_time_begins_and_ends_when_the_clock_on_the_wall_says(pattern: Pattern, zone: ZoneInfo) -> None:
    days = pattern.days()

    assert len(days) == pattern.times
    assert {(later - day).days for day, later in pairwise(days)} <= {7 * pattern.every_weeks}
    for day in days:
        start = datetime.combine(day, pattern.starts)
        walls = (start, start + timedelta(minutes=pattern.minutes))
        found = pattern.period_on(day, zone)
        if isinstance(found, Period):
            assert (shown(found.start, zone), shown(found.end, zone)) == walls
        else:
            assert found.code in ("no_such_time", "time_twice")
            assert any(showings(wall, zone) != 1 for wall in walls)


@given(PATTERNS, st.sampled_from(ZONES), st.integers(-40, 40), st.integers(-1440, 1440), st.integers(-60, 60))
def test_a_shift_moves_both_ends_on_the_wall_and_back_again(
    pattern: Pattern, zone: ZoneInfo, days: int, minutes: int, longer: int
) -> None:
    before, shift = pattern.period_on(pattern.first_on, zone), Shift(days=days, minutes=minutes, longer=longer)
    later = shift.of(before, zone) if isinstance(before, Period) else before
    if isinstance(before, Refusal) or isinstance(later, Refusal):
        return

    by = timedelta(days=days, minutes=minutes)
    assert shown(later.start, zone) - shown(before.start, zone) == by
    assert shown(later.end, zone) - shown(before.end, zone) == by + timedelta(minutes=longer)
    assert Shift(days=-days, minutes=-minutes, longer=-longer).of(later, zone) == before


@given(PATTERNS, st.integers(-10, 3000))
def test_a_last_day_gives_the_days_up_to_it_and_never_too_many(pattern: Pattern, ahead: int) -> None:
    until = pattern.first_on + timedelta(days=ahead)
    found = Pattern(first_on=pattern.first_on, starts=pattern.starts, minutes=60, every_weeks=1, until_on=until)
    codes = [reason.code for reason in found.reasons()]

    expected = range(0, ahead + 1, 7)
    assert codes == (["until"] if ahead < 0 else ["times"] if len(expected) > MOST else [])
    if not codes:
        assert found.days() == [pattern.first_on + timedelta(days=day) for day in expected]


def test_a_pattern_that_cannot_be_says_every_reason() -> None:
    wrong = Pattern(first_on=date(2026, 3, 3), starts=time(14), minutes=0, every_weeks=0)

    assert [reason.code for reason in wrong.reasons()] == ["every_weeks", "minutes", "end"]
