"""Hours in words, and what is wrong with hours that were written: values only, no rows."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from babel.dates import get_day_names

from fablab.core.i18n import _, locale, show_date
from fablab.core.refusals import Refusal
from fablab.sites.hours import LAST, Opening

DAY = 1440
_CLOCK = re.compile(r"(\d{1,2})(?:[:.hH ]?(\d{2})?)", re.ASCII)


def minute_of(text: str) -> int | None:
    """A minute of the wall clock as people type it: `9:00`, `9h30`, `0930`, `24:00`; None if it is none."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2] or 0)
    return minute if int(found[2] or 0) < 60 and minute <= DAY else None


def hours_between(opens: str, closes: str) -> tuple[int, int] | None:
    """From when to when; what closes when it opens or before closes on the next day. None if it cannot be read."""
    start, end = minute_of(opens), minute_of(closes)
    if start is None or end is None or start == DAY:
        return None
    return start, end if end > start else end + DAY


def show_minute(minute: int) -> str:
    """A minute of the wall clock: `09:00`; midnight at an opening's end is `24:00`."""
    rest = minute if minute <= DAY else minute - DAY
    return f"{rest // 60:02d}:{rest % 60:02d}"


def show_hours(opening: Opening) -> str:
    """From when to when: `09:00–18:00`, `20:00–02:00`; a whole day is one word."""
    if (opening.opens, opening.closes) == (0, DAY):
        return _("all day")
    return f"{show_minute(opening.opens)}–{show_minute(opening.closes)}"


def show_span(opens: int, closes: int) -> str:
    """The hours of certain days: nothing for the whole day."""
    return "" if (opens, closes) == (0, DAY) else f"{show_minute(opens)}–{show_minute(closes)}"


def show_weekday(weekday: int) -> str:
    """The day's name, with a capital; 0 is Monday."""
    name = str(get_day_names(locale=locale())[weekday])
    return name[:1].upper() + name[1:]


def show_nth(nth: int | None) -> str:
    """Which such weekday of a month."""
    return {
        None: _("every week"),
        1: _("the first of the month"),
        2: _("the second of the month"),
        3: _("the third of the month"),
        4: _("the fourth of the month"),
        LAST: _("the last of the month"),
    }[nth]


def show_level(level: int, names: Mapping[int, str]) -> str:
    """Who comes in: everybody, or those of that level and above."""
    if level == 0:
        return _("everybody")
    return _("from “%(level)s” on", level=names.get(level) or _("level %(rank)s", rank=level))


def season_name(name: str, first: date | None, last: date | None) -> str:
    """A season by its name and days."""
    if first is None or last is None:
        return name or _("Usual hours")
    days = show_days(first, last)
    return _("“%(name)s” (%(days)s)", name=name, days=days) if name else days


def show_days(first: date, last: date) -> str:
    """From one day to another, with their years."""
    return _("from %(first)s to %(last)s", first=show_date(first), last=show_date(last))


def show_weekdays(weekdays: Iterable[int]) -> str:
    """Several weekdays; those that follow each other as a span."""
    days = sorted(set(weekdays))
    if days == list(range(7)):
        return _("Every day")
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    text = ", ".join(_run(run) for run in runs)
    return text[:1].upper() + text[1:]


def _run(run: list[int]) -> str:
    names = [str(get_day_names(locale=locale())[day]) for day in run]
    if len(run) < 3:
        return ", ".join(names)
    return _("%(first)s through %(last)s", first=names[0], last=names[-1])


def opening_reasons(openings: Iterable[Opening], names: Mapping[int, str]) -> list[Refusal]:
    """What is wrong with openings that were written, each told with its day and hours."""
    reasons: list[Refusal] = []
    seen: set[Opening] = set()
    for opening in openings:
        where = f"{show_weekday(opening.weekday % 7)}, {_raw_hours(opening)}"
        told = hours_reasons(opening, names)
        if opening in seen:
            told.append(Refusal("twice", _("It is there twice.")))
        seen.add(opening)
        reasons += [Refusal(item.code, f"{where}: {item.message}") for item in told]
    return reasons


def hours_reasons(opening: Opening, names: Mapping[int, str]) -> list[Refusal]:
    """What is wrong with the hours of one opening, and with whom it lets in."""
    reasons = []
    if opening.weekday not in range(7) or opening.nth not in (None, 1, 2, 3, 4, LAST):
        reasons.append(Refusal("weekday", _("There is no such weekday.")))
    if not (0 <= opening.opens < DAY and opening.opens < opening.closes <= opening.opens + DAY):
        text = _("These hours are impossible: it closes after it opens, at most 24 hours later.")
        reasons.append(Refusal("hours", text))
    if not 0 <= opening.staff <= 99:
        reasons.append(Refusal("staff", _("From 0 to 99 people are needed.")))
    if any(level not in (None, 0) and level not in names for level in (opening.level, opening.alone)):
        reasons.append(Refusal("level_unknown", _("There is no such level of access.")))
    if opening.alone is not None and opening.alone < opening.level:
        text = _("Without staff it cannot be open to more people than with them.")
        reasons.append(Refusal("alone", text))
    return reasons


def _raw_hours(opening: Opening) -> str:
    opens, closes = opening.opens % DAY, opening.closes if opening.closes <= DAY else opening.closes % DAY
    return f"{opens // 60:02d}:{opens % 60:02d}–{closes // 60:02d}:{closes % 60:02d}"
