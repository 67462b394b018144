"""Months to choose from, on the lab's own calendar."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fablab.core.db import db
from fablab.core.period import first_day_of, month_at
from fablab.sites import queries as sites

SHOWN = 13


def lab_zone() -> ZoneInfo:
    """The clock that cuts months for members: that of the first site."""
    places = sites.sites(db.session())
    return places[0].zone if places else ZoneInfo("Europe/Paris")


def months_back(now: datetime, zone: ZoneInfo, *, also: str) -> list[str]:
    """The present month and those before it, latest first; with the one that is shown, if it is another."""
    first = first_day_of(month_at(now, zone))
    count = first.year * 12 + first.month - 1
    found = [f"{(count - back) // 12:04d}-{(count - back) % 12 + 1:02d}" for back in range(SHOWN)]
    return found if also in found else sorted({*found, also}, reverse=True)
