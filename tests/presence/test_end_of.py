"""When a stay is over that nobody ended, against any hours, also on nights when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab.core.period import Period, boundary_of
from fablab.presence.rules import GRACE, LONGEST, end_of, is_forgotten, is_unsure, seen_from
from fablab.sites.hours import Hours, Opening, weekly

PARIS = ZoneInfo("Europe/Paris")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHTS = [
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Europe/Paris", date(2026, 6, 17)),
]
OPENINGS = st.builds(
    lambda weekday, opens, length: Opening(weekday, opens, opens + length),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
WEEK = [Opening(day, 540, 1080) for day in range(5)]
"""From nine to six, from Monday to Friday."""


def ends(openings: list[Opening], arrived_at: datetime, zone: ZoneInfo = PARIS) -> datetime:
    found = Hours((weekly(openings, zone),)).open(9, seen_from(arrived_at))
    return end_of(arrived_at, found, zone)


def paris(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """In June 2026 the 15th is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


@settings(max_examples=150)
@given(st.lists(OPENINGS, max_size=6), st.sampled_from(NIGHTS), st.integers(-2880, 2880))
def test_a_stay_ends_after_it_began_at_a_closing_or_at_midnight_or_after_sixteen_hours(
    openings: list[Opening], night: tuple[str, date], after: int
) -> None:
    zone = ZoneInfo(night[0])
    arrived_at = datetime.combine(night[1], time(), zone).astimezone(UTC) + after * MINUTE

    end = ends(openings, arrived_at, zone)

    wide = Period(arrived_at - timedelta(days=2), arrived_at + timedelta(days=2))
    closings = {period.end for period in Hours((weekly(openings, zone),)).open(9, wide)}
    midnight = boundary_of(arrived_at.astimezone(zone).date() + timedelta(days=1), time(), zone)
    assert arrived_at < end <= arrived_at + LONGEST
    assert end in closings or end == midnight or end == arrived_at + LONGEST
    assert end_of(arrived_at, None, zone) == arrived_at + LONGEST


@pytest.mark.parametrize(
    ("openings", "arrived_at", "end"),
    [
        (WEEK, paris(15, 10), paris(15, 18)),
        (WEEK, paris(15, 8, 40), paris(15, 18)),  # Early birds wait for the opening.
        (WEEK, paris(15, 18), paris(16, 0)),  # At the closing it is closed.
        (WEEK, paris(15, 21), paris(16, 0)),
        (WEEK, paris(20, 12), paris(21, 0)),  # A Saturday.
        (WEEK, paris(20, 1), paris(20, 17)),
        ([], paris(15, 10), paris(16, 0)),
        ([Opening(day, 0, 1440) for day in range(7)], paris(15, 10), paris(16, 2)),
        ([Opening(0, 1200, 1560)], paris(15, 22), paris(16, 2)),  # Open past midnight.
        ([Opening(0, 540, 720), Opening(0, 765, 1080)], paris(15, 10), paris(15, 18)),  # A short break is none.
        ([Opening(0, 540, 720), Opening(0, 780, 1080)], paris(15, 10), paris(15, 12)),
        # At two the clocks go back to one hour before, or on to three: 02:30 is the second, or the jump itself.
        ([Opening(5, 1200, 1590)], paris(24, 22, month=10), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ([Opening(5, 1200, 1590)], paris(28, 22, month=3), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    ],
)
def test_who_forgets_to_leave_left_when_the_place_closed(
    openings: list[Opening], arrived_at: datetime, end: datetime
) -> None:
    assert ends(openings, arrived_at) == end


def test_for_an_hour_after_the_closing_nobody_can_be_sure() -> None:
    end = paris(15, 18)

    seen = [(is_unsure(end, now), is_forgotten(end, now)) for now in (end - MINUTE, end, end + GRACE - MINUTE)]

    assert seen == [(False, False), (True, False), (True, False)]
    assert is_forgotten(end, end + GRACE)
