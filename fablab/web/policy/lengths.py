"""Durations and times of the day as people type them."""

import re

from fablab.booking.rules import wording
from fablab.booking.rules.times import DAY

_UNITS = {"": 1, "m": 1, "min": 1, "minute": 1, "minutes": 1, "h": 60, "heure": 60, "heures": 60, "hour": 60}
_UNITS |= {"hours": 60, "j": DAY, "jour": DAY, "jours": DAY, "d": DAY, "day": DAY, "days": DAY}
_PART = re.compile(r"(\d{1,5})\s*([a-z]*)")


def minutes_of(text: str) -> int | None:
    """The minutes of `1 h 30`, `90`, `90 min`, `2 days`; None if it is no duration."""
    typed = text.strip().lower()
    if not typed or _PART.sub("", typed).strip(" ,"):
        return None
    total = 0
    for number, unit in _PART.findall(typed):
        if unit not in _UNITS:
            return None
        total += int(number) * _UNITS[unit]
    return total


def shown(minutes: int | None) -> str:
    """A duration as it is typed; empty for none."""
    return "" if minutes is None else wording.length(minutes)


def clock_of(text: str) -> int | None:
    """The minute of the day of `9:30`, `09:30`, `24:00`, `9h30`; None if it is no time of day."""
    found = re.fullmatch(r"(\d{1,2})\s*[:hH]\s*(\d{2})?", text.strip())
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2] or 0)
    return minute if minute <= DAY and int(found[2] or 0) < 60 else None
