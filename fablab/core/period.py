"""Half-open periods of time, and how a wall clock's words become instants."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class NoSuchTime(ValueError):
    """The clocks skip this wall time: it does not exist on that day in that zone."""


class AmbiguousTime(ValueError):
    """The clocks show this wall time twice on that day in that zone; somebody must say which is meant."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start` up to, and not including, `end`; both aware instants, start before end."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period is made of aware instants")
        if self.start >= self.end:
            raise ValueError("a period ends after it starts")

    @property
    def seconds(self) -> int:
        return int((self.end - self.start).total_seconds())

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def covers(self, other: "Period") -> bool:
        return self.start <= other.start and other.end <= self.end

    def within(self, other: "Period") -> "Period | None":
        """The part of this period that lies in the other, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time in as few periods as possible, in order; those that touch become one."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.start <= result[-1].end:
            result[-1] = Period(result[-1].start, max(result[-1].end, period.end))
        else:
            result.append(period)
    return result


def common(first: Iterable[Period], second: Iterable[Period]) -> list[Period]:
    """The time that is in both, in order."""
    ones, others = merged(first), merged(second)
    result: list[Period] = []
    one = other = 0
    while one < len(ones) and other < len(others):
        part = ones[one].within(others[other])
        if part:
            result.append(part)
        if ones[one].end <= others[other].end:
            one += 1
        else:
            other += 1
    return result


def without(whole: Iterable[Period], taken: Iterable[Period]) -> Iterator[Period]:
    """What is left of `whole` when everything in `taken` is cut out, in order."""
    cuts = merged(taken)
    for period in merged(whole):
        start = period.start
        for cut in cuts:
            if cut.end <= start or cut.start >= period.end:
                continue
            if cut.start > start:
                yield Period(start, cut.start)
            start = max(start, cut.end)
        if start < period.end:
            yield Period(start, period.end)


def instant_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which the zone's clocks show this time on this day.

    Raises:
        NoSuchTime: the clocks skip it (the night when summer begins).
        AmbiguousTime: they show it twice (the night when summer ends).
    """
    early = datetime.combine(day, wall.replace(fold=0), zone)
    late = datetime.combine(day, wall.replace(fold=1), zone)
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != datetime.combine(day, wall):
        raise NoSuchTime(f"{day} {wall} does not exist in {zone.key}")
    raise AmbiguousTime(f"{day} {wall} happens twice in {zone.key}")


def boundary_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Like `instant_of`, for opening hours and midnights: a skipped time means the jump, a doubled one the first."""
    try:
        return instant_of(day, wall, zone)
    except AmbiguousTime:
        return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)
    except NoSuchTime:
        return _jump_over(day, wall, zone)


def _jump_over(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks jump over that wall time, to the second."""
    late = datetime.combine(day, wall.replace(fold=1), zone)
    # Read with the offset from after the jump, the time lies before it; read with the one from before it, after.
    first, last = late.astimezone(UTC), datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)
    offset, seconds = late.utcoffset(), range(int((last - first).total_seconds()))

    def has_jumped(second: int) -> bool:
        return (first + timedelta(seconds=second)).astimezone(zone).utcoffset() == offset

    return first + timedelta(seconds=bisect_left(seconds, True, key=has_jumped))


def day_of(day: date, zone: ZoneInfo) -> Period:
    """The day from midnight to midnight in that zone: 23, 24 or 25 hours."""
    return Period(boundary_of(day, time(), zone), boundary_of(day + timedelta(days=1), time(), zone))


def month_of(month: str, zone: ZoneInfo) -> Period:
    """The month `YYYY-MM` from its first midnight to the next month's in that zone.

    Raises:
        ValueError: the text is not a month.
    """
    first = first_day_of(month)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(boundary_of(first, time(), zone), boundary_of(following, time(), zone))


def first_day_of(month: str) -> date:
    """The first day of the month `YYYY-MM`; ValueError if the text is not one."""
    if not re.fullmatch(r"\d{4}-\d\d", month, re.ASCII) or not 1900 <= int(month[:4]) <= 9000:
        raise ValueError(f"not a month: {month!r}")
    return date(int(month[:4]), int(month[5:]), 1)


def month_at(moment: datetime, zone: ZoneInfo) -> str:
    """The month `YYYY-MM` that the zone's calendar shows at that instant."""
    return moment.astimezone(zone).strftime("%Y-%m")
