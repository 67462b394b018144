"""What browsers send, made into values; what cannot be one is a bad request, never a crash."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

from fablab.core.i18n import _, show_date
from fablab.core.period import AmbiguousTime, NoSuchTime, first_day_of, instant_of
from fablab.core.refusals import Refused

LARGEST_ID = 2**31 - 1
"""What a column of ids holds on PostgreSQL."""
TWICE = "time_twice"
"""The code of a wall time that the clocks show twice."""
WHICH = ("first", "second")
"""Which of the two is meant."""
_YEARS = range(2000, 2101)


class RowId(IntegerConverter):
    """A number in a path that can be a row's id; anything larger leads nowhere."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug names it.
        super().__init__(map, min=1, max=LARGEST_ID)


def row_id(text: str | None) -> int | None:
    """The id in a field, or None where there is none.

    Raises:
        BadRequest: it is no id.
    """
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= LARGEST_ID:
        return int(text)
    raise BadRequest(_("“%(text)s” is not a number of ours.", text=text[:40]))


def offset(digits: int = 6) -> int:
    """How many come before the page of a list that is asked for; nought where `from` says nothing sensible."""
    text = request.args.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else 0


def day(text: str | None, today: date) -> date:
    """The day `YYYY-MM-DD`, or today where none was given; BadRequest if it is no day of this century."""
    if not text:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.year not in _YEARS:
        raise BadRequest(_("“%(text)s” is not a day; a day looks like 2026-09-15.", text=text[:40]))
    return found


def month(text: str | None, present: str) -> str:
    """The month `YYYY-MM`, or the present one where none was given; BadRequest if it is none."""
    if not text:
        return present
    try:
        found = first_day_of(text)
    except ValueError:
        found = date.min
    if found.year not in _YEARS:
        raise BadRequest(_("“%(text)s” is not a month; a month looks like 2026-09.", text=text[:40]))
    return text


def instant(text: str) -> datetime:
    """The instant that a slot carries, in UTC; BadRequest if it is none or has no offset."""
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in _YEARS:
        raise BadRequest(_("“%(text)s” is not a time that can be booked; choose one of the slots.", text=text[:40]))
    return found.astimezone(UTC)


def wall_time(on: date, text: str, zone: ZoneInfo, which: str = "") -> datetime:
    """The instant at which the zone's clocks show `HH:MM` on that day; `which`, first or second, where they do twice.

    Raises:
        Refused: it is no time of day, or one that the clocks skip, or show twice on that day (`TWICE`).
    """
    try:
        return instant_of(on, time.fromisoformat(text), zone)
    except NoSuchTime:
        message = _("%(time)s does not exist on %(day)s: the clocks skip it.", time=text, day=show_date(on))
    except AmbiguousTime:
        if which in WHICH:
            wall = time.fromisoformat(text).replace(fold=WHICH.index(which))
            return datetime.combine(on, wall, zone).astimezone(UTC)
        message = _(
            "The clocks show %(time)s twice on %(day)s. Choose a time that is clear.", time=text, day=show_date(on)
        )
        raise Refused.because(TWICE, message) from None
    except ValueError:
        message = _("“%(text)s” is not a time of day; a time looks like 14:30.", text=text[:40])
    raise Refused.because("time", message)


def minutes(text: str | None, default: int) -> int:
    """A duration of five minutes up to a week; BadRequest if it is none."""
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 5 and 5 <= int(text) <= 7 * 1440:
        return int(text)
    raise BadRequest(_("“%(text)s” is not a duration in minutes.", text=text[:40]))


def count(text: str | None) -> int:
    """A number of places, one where none was given; BadRequest if it is none."""
    if not text:
        return 1
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) >= 1:
        return int(text)
    raise BadRequest(_("“%(text)s” is not a number of places.", text=text[:40]))


def whole(text: str | None) -> int:
    """A whole number of at most a thousand, nought where none was given; BadRequest if it is none."""
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= 1000:
        return int(text)
    raise BadRequest(_("“%(text)s” is not a number that can be used here.", text=text[:40]))


def from_htmx() -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"
