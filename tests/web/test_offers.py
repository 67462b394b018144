"""What the sheet offers: starts on the calendar's steps, durations up to what is free, the nearest free times."""

from datetime import UTC, datetime, timedelta

from fablab.core.period import Period
from fablab.web.calendar.offers import durations, free_for, nearest, starts


def _at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 9, 15, hour, minute, second, tzinfo=UTC)


OPEN = [Period(_at(9), _at(18))]
FREE = [Period(_at(9), _at(10, 10)), Period(_at(12, 40, 20), _at(18))]


def test_starts_are_on_the_step_and_have_a_whole_slot_free() -> None:
    found = list(starts(FREE, OPEN, 30))

    assert found[:3] == [_at(9), _at(9, 30), _at(13)]
    assert found[-1] == _at(17, 30)


def test_durations_end_with_what_is_free() -> None:
    assert durations(30, 70, 60) == [30, 60, 70]
    assert durations(30, 600, 45) == [30, 45, 60, 90, 120, 180, 240]


def test_where_nothing_is_free_the_usual_durations_are_there() -> None:
    assert durations(60, 0, 60) == [60, 120, 180, 240, 360, 480]


def test_free_for_counts_to_the_end_of_the_free_time() -> None:
    assert free_for(FREE, _at(9, 40)) == 30
    assert free_for(FREE, _at(11)) == 0


def test_the_nearest_times_lie_around_the_wanted_one_and_on_full_five_minutes() -> None:
    wanted = Period(_at(11), _at(12))

    found = nearest(FREE, OPEN, wanted, 30)

    assert found == [Period(start, start + timedelta(hours=1)) for start in (_at(9), _at(12, 45), _at(13))]


def test_none_is_near_where_nothing_fits() -> None:
    assert nearest(FREE, OPEN, Period(_at(11), _at(20)), 30) == []
