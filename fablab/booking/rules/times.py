"""When a rule holds: weekdays, hours of the wall clock, seasons of each year and dated terms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core.period import Period, boundary_of, merged

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
class Times:
    """Some hours of some days; without anything said, always.

    `to_minute` at or before `from_minute` is of the next day: 18:00 to 06:00 is one night, of the day on which it
    begins. A season is told by months and days and comes every year, over the new year too; a term by its dates.
    """

    weekdays: tuple[int, ...] = ()
    """0 is Monday; none is every day."""
    from_minute: int = 0
    to_minute: int = DAY
    season_from: tuple[int, int] | None = None
    season_to: tuple[int, int] | None = None
    first_on: date | None = None
    last_on: date | None = None

    @property
    def is_always(self) -> bool:
        return self == Times()

    def is_on(self, day: date) -> bool:
        """Tell whether its hours of that day are meant."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        if (self.first_on and day < self.first_on) or (self.last_on and day > self.last_on):
            return False
        return self._in_season(day)

    def parts(self, period: Period, zone: ZoneInfo) -> list[Period]:
        """What of a period is meant, in order."""
        if self.is_always:
            return [period]
        before = period.start.astimezone(zone).date() - timedelta(days=1)
        last = period.end.astimezone(zone).date()
        found, day = [], before
        while day <= last:
            if self.is_on(day) and (part := self._hours(day, zone).within(period)):
                found.append(part)
            day += timedelta(days=1)
        return merged(found)

    def term(self, day: date) -> tuple[date, date] | None:
        """The first and the last day of the season or term that a day is in; None outside, and without one."""
        if not self._in_season(day):
            return None
        if self.season_from and self.season_to:
            year = day.year if (day.month, day.day) >= self.season_from else day.year - 1
            first = _day(year, self.season_from)
            last = _day(year, self.season_to)
            return first, last if last >= first else _day(year + 1, self.season_to)
        if self.first_on and self.last_on and self.first_on <= day <= self.last_on:
            return self.first_on, self.last_on
        return None

    def _hours(self, day: date, zone: ZoneInfo) -> Period:
        end = self.to_minute if self.to_minute > self.from_minute else self.to_minute + DAY
        start, stop = at_minute(day, self.from_minute, zone), at_minute(day, end, zone)
        return Period(start, max(stop, start + timedelta(seconds=1)))

    def _in_season(self, day: date) -> bool:
        if self.season_from is None or self.season_to is None:
            return True
        here = (day.month, day.day)
        if self.season_from <= self.season_to:
            return self.season_from <= here <= self.season_to
        return here >= self.season_from or here <= self.season_to


def _day(year: int, month_day: tuple[int, int]) -> date:
    month, day = month_day
    try:
        return date(year, month, day)
    except ValueError:  # 29 February of a common year
        return date(year, month, 28)
