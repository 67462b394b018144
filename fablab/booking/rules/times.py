"""When a rule holds: weekdays, hours of the wall clock, seasons of each year and dated terms."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core.period import Period, boundary_of, merged, without

DAY = 1440


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock minute of a day; 1440 and more are of the days after."""
    more, rest = divmod(minute, DAY)
    return boundary_of(day + timedelta(days=more), time(rest // 60, rest % 60), zone)


def days_of(period: Period, zone: ZoneInfo) -> Iterator[date]:
    """The days that a period touches, in order."""
    day, last = period.start.astimezone(zone).date(), (period.end - timedelta(seconds=1)).astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some hours of some weekdays; without anything said, all of every day.

    `to_minute` at or before `from_minute` is of the next day: 18:00 to 06:00 is one night, of the day on which it
    begins.
    """

    weekdays: tuple[int, ...] = ()
    """0 is Monday; none is every day."""
    from_minute: int = 0
    to_minute: int = DAY

    def on(self, day: date, zone: ZoneInfo) -> Period | None:
        """Its hours that begin on a day; None where it has none."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return None
        end = self.to_minute if self.to_minute > self.from_minute else self.to_minute + DAY
        start, stop = at_minute(day, self.from_minute, zone), at_minute(day, end, zone)
        return Period(start, stop) if start < stop else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Some windows of the week, or all time outside them, in a season or between two dates; without anything said,
    always.

    A season is told by months and days and comes every year, over the new year too; a term by its dates.
    """

    windows: tuple[Window, ...] = ()
    outside: bool = False
    season_from: tuple[int, int] | None = None
    season_to: tuple[int, int] | None = None
    first_on: date | None = None
    last_on: date | None = None

    @property
    def is_always(self) -> bool:
        return self is ALWAYS or self == ALWAYS

    @property
    def day_begins(self) -> int:
        """The minute at which one day of these times ends and the next begins: midnight, or the end of a window that
        passes midnight, since its night is of the day on which it begins.
        """
        if self.outside:
            return 0
        return max((item.to_minute for item in self.windows if item.to_minute <= item.from_minute), default=0)

    def is_within(self, other: "Times") -> bool:
        """Tell whether it asks for all that the other asks for, and perhaps for more."""
        same_hours = not other.windows or (self.windows, self.outside) == (other.windows, other.outside)
        theirs = (other.season_from, other.season_to)
        same_season = theirs == (None, None) or theirs == (self.season_from, self.season_to)
        begins = other.first_on is None or (self.first_on is not None and self.first_on >= other.first_on)
        ends = other.last_on is None or (self.last_on is not None and self.last_on <= other.last_on)
        return same_hours and same_season and begins and ends

    def is_on(self, day: date) -> bool:
        """Tell whether a day is in its season and between its dates."""
        if (self.first_on and day < self.first_on) or (self.last_on and day > self.last_on):
            return False
        return self._in_season(day)

    def parts(self, period: Period, zone: ZoneInfo) -> list[Period]:
        """What of a period is meant, in order. The night of a window belongs to the day on which it begins."""
        if self.is_always:
            return [period]
        day, last = period.start.astimezone(zone).date() - timedelta(days=1), period.end.astimezone(zone).date()
        days, hours = [], []
        while day <= last:
            if self.is_on(day):
                days.append(Period(at_minute(day, 0, zone), at_minute(day, DAY, zone)))
                hours += [part for window in self.windows if (part := window.on(day, zone))]
            day += timedelta(days=1)
        found = list(without(days, hours)) if self.outside or not self.windows else merged(hours)
        return [part for whole in found if (part := whole.within(period))]

    def term(self, day: date) -> tuple[date, date] | None:
        """The first and the last day of the season or term that a day is in; None outside, and without one."""
        if not self._in_season(day):
            return None
        if self.season_from and self.season_to:
            year = day.year if (day.month, day.day) >= self.season_from else day.year - 1
            first = day_in(year, self.season_from)
            last = day_in(year, self.season_to)
            return first, last if last >= first else day_in(year + 1, self.season_to)
        if self.first_on and self.last_on and self.first_on <= day <= self.last_on:
            return self.first_on, self.last_on
        return None

    def _in_season(self, day: date) -> bool:
        if self.season_from is None or self.season_to is None:
            return True
        here = (day.month, day.day)
        if self.season_from <= self.season_to:
            return self.season_from <= here <= self.season_to
        return here >= self.season_from or here <= self.season_to


ALWAYS = Times()


def day_in(year: int, month_day: tuple[int, int]) -> date:
    """That day of a year, or the last one of a month that has no such day: 29 February of a common year."""
    month, day = month_day
    return date(year, month, min(day, monthrange(year, month)[1]))
