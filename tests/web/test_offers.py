"""What the sheet offers: starts on the calendar's steps, durations, and times that are shown twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fablab.core.i18n import use_locale
from fablab.core.period import Period
from fablab.web.calendar.offers import clear_time, durations, free_for, starts


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


def test_a_time_that_the_clocks_show_twice_says_which_it_is() -> None:
    paris = ZoneInfo("Europe/Paris")
    night = [datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
    night += [datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]

    with use_locale("en"):
        said = [clear_time(moment, paris) for moment in night]

    assert said == ["01:30", "02:30, summer time", "02:30, winter time", "03:30"]
