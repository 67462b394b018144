"""Within what reservations are counted: days, weeks and terms of the calendar, and any days in a row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.rules.times import at_minute
from fablab.core.period import Period, boundary_of

Bounds = Callable[[date], tuple[date, date] | None]
"""The first day of what a day is counted in, and the day after its last; None where it is not counted."""


def calendar(wanted: Period, zone: ZoneInfo, bounds: Bounds, *, day_begins: int = 0) -> Iterator[Period]:
    """The windows of the calendar that a time touches, in order; their days begin at that minute of the wall clock."""
    day = wanted.start.astimezone(zone).date() - timedelta(days=1)
    last = (wanted.end - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= last:
        found = bounds(day)
        if found is None:
            day += timedelta(days=1)
            continue
        first, after = found
        window = Period(at_minute(first, day_begins, zone), at_minute(after, day_begins, zone))
        if window.overlaps(wanted):
            yield window
        day = after


def rolling(own: Sequence[Period], parts: Iterable[Period], zone: ZoneInfo, days: int) -> Iterator[Period]:
    """Every stretch of so many days that touches a time and may hold most: it begins with a part, or ends with one; or
    it holds but a minute of that time, where what lies beside it has several places.

    Days are those of the wall clock, so that who comes every Monday at ten comes once in seven days, summer time or
    not.
    """
    minute, starts = timedelta(minutes=1), set()
    for part in own:
        starts |= {days_later(part.start, -days, zone) + minute, part.end - minute}
    for part in parts:
        starts |= {part.start, days_later(part.end, -days, zone)}
    for start in sorted(starts):
        window = Period(start, days_later(start, days, zone))
        if any(window.overlaps(part) for part in own):
            yield window


def days_later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time on the wall clock, so many days later, or before."""
    wall = moment.astimezone(zone)
    return boundary_of(wall.date() + timedelta(days=days), wall.time(), zone)
