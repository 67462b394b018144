"""Free time in places: pure functions."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from fablab.core.period import Period

_start, _end = attrgetter("start"), attrgetter("end")


def free_for(by_place: Sequence[Sequence[Period]], count: int) -> list[Period]:
    """The longest periods in each of which some `count` places are free from start to end, in order.

    They may overlap: one place may be free in the morning, another all day. `by_place` has each place’s free periods,
    apart from each other and in order.
    """
    if len(by_place) == count == 1:
        return list(by_place[0])
    parts = sorted({part for periods in by_place for part in periods})
    found = []
    for start in sorted({part.start for part in parts}):
        ends = sorted((part.end for periods in by_place for part in periods if part.contains(start)), reverse=True)
        if len(ends) >= count:
            found.append(Period(start, ends[count - 1]))
    return longest(found)


def longest(periods: Iterable[Period]) -> list[Period]:
    """Without those that lie within another one, in order."""
    found: list[Period] = []
    # Of those that begin together the longest first.
    for period in sorted(sorted(periods, key=_end, reverse=True), key=_start):
        if not found or period.end > found[-1].end:
            found.append(period)
    return found


def both(first: Iterable[Period], second: Iterable[Period]) -> list[Period]:
    """The longest periods in which one of the first and one of the second are free; each may hold overlapping ones."""
    others = list(second)
    return longest(part for one in first for other in others if (part := one.within(other)))


def first_fit(free: Iterable[Period], length: timedelta, now: datetime) -> datetime | None:
    """The earliest start at which so long a time is free: now, or else a full five minutes."""
    found = []
    for part in free:
        start = now if part.contains(now) else _next_five(part.start)
        if start + length <= part.end:
            found.append(start)
    return min(found, default=None)


def _next_five(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment - over + timedelta(minutes=5) if over else moment
