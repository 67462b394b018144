"""A season's openings as a table that is typed: rows of words, made into openings or sent back as they were."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import request

from fablab.core.i18n import _
from fablab.sites.hours import LAST, Opening
from fablab.sites.models import OpeningHours
from fablab.sites.wording import hours_between, show_minute

WORKDAYS, EVERY_DAY = "workdays", "all"
COLUMNS = ("weekday", "nth", "opens", "closes", "staff", "level", "alone")
MOST = 80
_SPANS = {WORKDAYS: range(5), EVERY_DAY: range(7)}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as it is typed."""

    weekday: str = "0"
    nth: str = ""
    opens: str = ""
    closes: str = ""
    staff: str = "0"
    level: str = "0"
    alone: str = ""

    @property
    def is_empty(self) -> bool:
        """Nobody typed hours: the line is left out."""
        return not self.opens and not self.closes


def rows_of(openings: Iterable[OpeningHours]) -> list[Row]:
    """Openings as they would be typed: alike on all weekdays, or on all workdays, is one line."""
    alike: dict[tuple[int | None, ...], list[OpeningHours]] = {}
    for opening in openings:
        key = (opening.nth, opening.opens, opening.closes, opening.staff, opening.level, opening.alone)
        alike.setdefault(key, []).append(opening)
    found = []
    for group in alike.values():
        days = {opening.weekday for opening in group}
        whole = next((word for word in (EVERY_DAY, WORKDAYS) if days >= set(_SPANS[word])), None)
        if whole:
            found.append(_row(group[0], whole))
        apart = sorted(days - set(_SPANS[whole] if whole else ()))
        found += [_row(group[0], str(day)) for day in apart]
    return sorted(found, key=lambda row: (len(row.weekday) == 1, row.weekday, row.opens))


def _row(opening: OpeningHours, weekday: str) -> Row:
    return Row(
        weekday=weekday,
        nth=str(opening.nth or ""),
        opens=show_minute(opening.opens),
        closes=show_minute(opening.closes),
        staff=str(opening.staff),
        level=str(opening.level),
        alone="" if opening.alone is None else str(opening.alone),
    )


def sent() -> list[Row]:
    """The lines that were sent."""
    columns = [[text.strip()[:20] for text in request.form.getlist(name)[:MOST]] for name in COLUMNS]
    return [Row(*cells) for cells in zip(*columns, strict=False)]


def openings_of(rows: Iterable[Row]) -> tuple[list[Opening], list[str]]:
    """The openings of the lines that have hours, and what could not be read, line by line."""
    found: list[Opening] = []
    wrong: list[str] = []
    for number, row in enumerate(rows, start=1):
        if row.is_empty:
            continue
        read = _read(row)
        if read is None:
            text = _("Line %(number)s cannot be read: times look like 09:00, numbers like 2.", number=number)
            wrong.append(text)
        else:
            found += read
    return found, wrong


def number_of(text: str) -> int | None:
    """A small number; None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def day_of(text: str | None) -> tuple[date | None, bool]:
    """The day that was typed (None where none was), and whether it could be read."""
    if not text:
        return None, True
    try:
        return date.fromisoformat(text), True
    except ValueError:
        return None, False


def _read(row: Row) -> list[Opening] | None:
    hours, staff, level = hours_between(row.opens, row.closes), number_of(row.staff or "0"), number_of(row.level)
    alone = number_of(row.alone) if row.alone else None
    nth = LAST if row.nth == str(LAST) else number_of(row.nth) if row.nth else None
    weekdays = _SPANS.get(row.weekday)
    if weekdays is None:
        weekday = number_of(row.weekday)
        weekdays = range(weekday, weekday + 1) if weekday is not None and weekday < 7 else None
    misread = (row.alone and alone is None) or (row.nth and nth is None)
    if hours is None or staff is None or level is None or weekdays is None or misread:
        return None
    return [Opening(day, hours[0], hours[1], staff, level, alone if staff else None, nth) for day in weekdays]
