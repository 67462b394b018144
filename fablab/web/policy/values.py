"""Durations, times of the day, amounts and numbers as people type them, and shown as they would type them again."""

import re
from decimal import Decimal

from fablab.booking.rules import wording
from fablab.core.i18n import _, locale
from fablab.core.money import parse_cents
from fablab.sites.wording import minute_of

_PART = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-zé]+\.?)?\s*")
_UNITS = {
    **dict.fromkeys(("m", "mn", "min", "mins", "minute", "minutes"), 1),
    **dict.fromkeys(("h", "hr", "hrs", "heure", "heures", "hour", "hours"), 60),
    **dict.fromkeys(("d", "j", "day", "days", "jour", "jours"), 1440),
    **dict.fromkeys(("w", "sem", "week", "weeks", "semaine", "semaines"), 7 * 1440),
}
_LONGEST = 40
NUMBERS = ("count", "days", "years", "percent", "amount")


class Unreadable(Exception):
    """What was typed is no such value; the sentence says what one looks like."""


def read(unit: str, text: str) -> int:
    """The value of a unit that was typed: minutes, minute of the day, cents, or a number.

    Raises:
        Unreadable: it is none.
    """
    if unit == "minutes":
        return duration(text)
    if unit == "clock":
        found = minute_of(text)
        if found is None:
            raise Unreadable(_("“%(text)s” is not a time of day; a time looks like 14:30.", text=text[:_LONGEST]))
        return found
    if unit == "cents":
        return _cents(text)
    return _number(text)


def show(unit: str, value: int) -> str:
    """The same as somebody would type it, in the reader's language."""
    if unit == "minutes":
        return wording.length(value)
    if unit == "clock":
        return wording.clock(value)
    if unit == "cents":
        return f"{value // 100}{',' if locale() == 'fr' else '.'}{value % 100:02d}"
    return str(value)


def duration(text: str) -> int:
    """Minutes of `1 h 30`, `1h30`, `90 min`, `1,5 h`, `2 jours`, `2 days`; a number alone is none, except nought.

    Raises:
        Unreadable: it is no duration.
    """
    plain = text.strip().lower().replace("\u202f", " ").replace("\u00a0", " ")
    if plain == "0":
        return 0
    total, at, last = Decimal(0), 0, 0
    while at < len(plain):
        found = _PART.match(plain, at)
        if found is None or len(plain) > _LONGEST:
            raise _no_duration(text)
        unit = _UNITS.get((found[2] or "").rstrip("."))
        if unit is None and not found[2] and last == 60 and at:
            unit = 1  # The minutes of `1 h 30`.
        if unit is None:
            raise _no_duration(text)
        total += Decimal(found[1].replace(",", ".")) * unit
        at, last = found.end(), unit
    if not plain or total != int(total) or total > 10**7:
        raise _no_duration(text)
    return int(total)


def _no_duration(text: str) -> Unreadable:
    said = _("“%(text)s” is not a duration. Write it with its unit, such as 1 h 30, 90 min or 2 days.")
    return Unreadable(said % {"text": text[:_LONGEST]})


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError:
        raise Unreadable(_("Write an amount like 3.50, with two decimals at most.")) from None


def _number(text: str) -> int:
    plain = text.strip().removesuffix("%").strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= 7:
        return int(plain)
    raise Unreadable(_("“%(text)s” is not a whole number.", text=text[:_LONGEST]))
