"""When a place is open: pure functions over weekly openings and a time zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core.period import Period, boundary_of, merged


@dataclass(frozen=True, slots=True)
class Opening:
    """Open each week on this weekday (0 is Monday) from one wall-clock minute to another, which may pass midnight."""

    weekday: int
    opens: int
    closes: int


def open_periods(openings: Iterable[Opening], zone: ZoneInfo, within: Period) -> list[Period]:
    """When the place is open inside that period, in order; openings that touch are one.

    Minutes are those of the wall clock: on the night of a clock change an opening is an hour shorter or longer.
    """
    weekly = list(openings)
    found: list[Period] = []
    for day in _days(within, zone):
        for opening in weekly:
            if opening.weekday != day.weekday():
                continue
            start = _wall_minute(day, opening.opens, zone)
            end = _wall_minute(day, opening.closes, zone)
            part = Period(start, end).within(within) if start < end else None
            if part:
                found.append(part)
    return merged(found)


def is_open(openings: Iterable[Opening], zone: ZoneInfo, during: Period) -> bool:
    """Tell whether the place is open from the period's start to its end without a break."""
    return any(period.covers(during) for period in open_periods(openings, zone, during))


def _days(within: Period, zone: ZoneInfo) -> Iterator[date]:
    day = within.start.astimezone(zone).date() - timedelta(days=1)
    last = within.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _wall_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minute, 1440)
    return boundary_of(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
