"""When a stay that nobody ended is over: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.core.period import Period, day_of

LONGEST = timedelta(hours=16)
"""How long somebody is thought to be there at most, where the place closes later or never."""
GRACE = timedelta(hours=1)
"""For how long after a closing people may still be putting their things away; so short a break is no closing."""


def seen_from(arrived_at: datetime) -> Period:
    """Of what time the openings must be known to tell when a stay is over."""
    return Period(arrived_at, arrived_at + LONGEST + GRACE)


def end_of(arrived_at: datetime, openings: Iterable[Period] | None, zone: ZoneInfo) -> datetime:
    """When a stay is over that nobody ends, always later than the arrival.

    It is over when the place closes. Who comes while it is closed stays until the closing of an opening that begins
    on the same day of the site's clock, or else until that day's midnight. After sixteen hours a stay is over in any
    case, which is all that ends it where a place has no hours (None).
    """
    longest = arrived_at + LONGEST
    if openings is None:
        return longest
    today = day_of(arrived_at.astimezone(zone).date(), zone)
    lasting = (part for period in _lasting(openings) if (part := period.within(seen_from(arrived_at))))
    ahead = next(lasting, None)
    if ahead is None or ahead.start >= today.end:
        return min(today.end, longest)
    return min(ahead.end, longest)


def is_unsure(end: datetime, now: datetime) -> bool:
    """Tell whether somebody who has not said that they leave may have forgotten it."""
    return now >= end


def is_forgotten(end: datetime, now: datetime) -> bool:
    """Tell whether a stay is to be ended for somebody who forgot it."""
    return now >= end + GRACE


def _lasting(openings: Iterable[Period]) -> list[Period]:
    """The openings, with breaks filled that are too short for people to go home."""
    found: list[Period] = []
    for period in sorted(openings):
        if found and period.start - found[-1].end < GRACE:
            found[-1] = Period(found[-1].start, max(found[-1].end, period.end))
        else:
            found.append(period)
    return found
