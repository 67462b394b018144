"""When maintenance is due again: pure reckoning by days on the site's calendar and by measured use."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

LONGEST_NOTICE_DAYS = 14


class Standing(IntEnum):
    """How near it is; the larger, the more pressing."""

    OK = 0
    SOON = 1
    DUE = 2
    OVERDUE = 3

    @property
    def is_due(self) -> bool:
        return self >= Standing.DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """How often something is to be done, since when it counts, and the measured seconds of use at that instant."""

    every_days: int | None
    every_seconds: int | None
    counted_from: datetime
    counted_from_use: int


@dataclass(frozen=True, slots=True)
class Due:
    """When it is due: on a day, after so many more seconds of use (negative: so many too late), or both."""

    standing: Standing
    on: date | None
    seconds_left: int | None


def due(interval: Interval, used_seconds: int, zone: ZoneInfo, now: datetime) -> Due:
    """When it is due, by whichever comes first. It is soon in the last tenth of its interval (two weeks at most), due
    when that is over, and overdue after as much again.
    """
    standings, on, seconds_left = [Standing.OK], None, None
    if interval.every_days is not None:
        on = interval.counted_from.astimezone(zone).date() + timedelta(days=interval.every_days)
        notice = min(LONGEST_NOTICE_DAYS, (interval.every_days + 3) // 10)
        standings.append(_standing((on - now.astimezone(zone).date()).days, notice))
    if interval.every_seconds is not None:
        seconds_left = interval.counted_from_use + interval.every_seconds - used_seconds
        standings.append(_standing(seconds_left, interval.every_seconds // 10))
    return Due(max(standings), on, seconds_left)


def _standing(left: int, notice: int) -> Standing:
    if left < -notice:
        return Standing.OVERDUE
    if left <= 0:
        return Standing.DUE
    return Standing.SOON if left <= notice else Standing.OK
