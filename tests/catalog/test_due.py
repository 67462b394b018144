"""When maintenance is due: by days on the site's calendar, by measured use, by whichever comes first."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fablab.catalog.due import Due, Interval, Standing, due

PARIS = ZoneInfo("Europe/Paris")
DONE = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
"""Half past eleven at night in Paris, on the first of March."""
HOUR = 3600


def reckon(*, days: int | None = None, hours: int | None = None, used: int = 0, after: timedelta) -> Due:
    seconds = None if hours is None else hours * HOUR
    interval = Interval(every_days=days, every_seconds=seconds, counted_from=DONE, counted_from_use=100 * HOUR)
    return due(interval, 100 * HOUR + used, PARIS, DONE + after)


@pytest.mark.parametrize(
    ("passed", "standing"),
    [
        (0, Standing.OK),
        (26, Standing.OK),
        (27, Standing.SOON),
        (29, Standing.SOON),
        (30, Standing.DUE),
        (33, Standing.DUE),
        (34, Standing.OVERDUE),
    ],
)
def test_it_is_soon_then_due_then_overdue_by_days(passed: int, standing: Standing) -> None:
    found = reckon(days=30, after=timedelta(days=passed, hours=-2))

    assert (found.standing, found.on, found.seconds_left) == (standing, date(2026, 3, 31), None)


def test_days_are_cut_by_the_sites_clock_also_across_summer_time() -> None:
    # The clocks change on 29 March; midnight in Paris is 22:00 UTC then.
    assert reckon(days=30, after=datetime(2026, 3, 30, 21, 59, tzinfo=UTC) - DONE).standing == Standing.SOON
    assert reckon(days=30, after=datetime(2026, 3, 30, 22, 0, tzinfo=UTC) - DONE).standing == Standing.DUE


@pytest.mark.parametrize(
    ("used", "standing"),
    [(0, Standing.OK), (44, Standing.OK), (45, Standing.SOON), (50, Standing.DUE), (55, Standing.DUE), (56, 3)],
)
def test_measured_use_counts_from_when_it_was_done(used: int, standing: Standing) -> None:
    found = reckon(hours=50, used=used * HOUR, after=timedelta(days=900))

    assert (found.standing, found.on, found.seconds_left) == (standing, None, (50 - used) * HOUR)


def test_whichever_comes_first_decides() -> None:
    assert reckon(days=30, hours=50, used=50 * HOUR, after=timedelta(days=1)).standing == Standing.DUE
    assert reckon(days=30, hours=50, used=0, after=timedelta(days=31)).standing == Standing.DUE
    assert reckon(days=30, hours=50, used=0, after=timedelta(days=1)).standing == Standing.OK


def test_what_comes_back_every_day_is_due_on_the_morrow() -> None:
    assert reckon(days=1, after=timedelta()).standing == Standing.OK
    assert reckon(days=1, after=timedelta(hours=1)).standing == Standing.DUE
    assert reckon(days=1, after=timedelta(hours=25)).standing == Standing.OVERDUE
