"""A site's hours in words: whether it is open now, and its days with who may come and when staff are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core.i18n import _, show_day, show_moment, show_time
from fablab.core.period import Period, boundary_of, common, day_of
from fablab.sites.holidays import holidays_of
from fablab.sites.hours import Hours, Span, Timetable
from fablab.sites.models import HoursException, Site
from fablab.sites.models.timetables import HIGHEST_LEVEL
from fablab.sites.wording import show_days, show_level, show_span

AHEAD = timedelta(days=14)
"""How far ahead is looked for the next opening."""


@dataclass(frozen=True, slots=True)
class OpenState:
    """Whether a place is open now for who looks, and what comes next."""

    look: str
    glyph: str
    word: str
    staff: str


@dataclass(frozen=True, slots=True)
class HoursLine:
    """An opening of a day in words."""

    hours: str
    who: str
    staff: str
    note: str
    is_staffed: bool


@dataclass(frozen=True, slots=True)
class DayHours:
    """A day's openings, and what closes it."""

    day: date
    is_today: bool
    lines: list[HoursLine]
    closures: list[str]


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday, and whether the site is closed on it."""

    day: date
    name: str
    is_closed: bool


def state_now(site: Site, hours: Hours, level: int, names: Mapping[int, str], now: datetime) -> OpenState:
    """Whether a site is open now for that level of access, when that changes, and whether staff are there."""
    ahead = Period(now, now + AHEAD)
    staff = _staff_now(site, hours, ahead)
    opened = hours.open(level, ahead)
    if opened and opened[0].start == now:
        if opened[0].end == ahead.end:
            return OpenState("free", "check-circle", _("Open day and night"), staff)
        word = _("Open until %(moment)s", moment=_moment(opened[0].end, site.zone, now))
        return OpenState("free", "check-circle", word, staff)
    lowest = next((rank for rank in names if rank > level and _opens_now(hours.open(rank, ahead), now)), None)
    if lowest is not None:
        return OpenState("locked", "lock", _("Open now to “%(level)s” only", level=names[lowest]), staff)
    if opened:
        word = _("Closed, opens %(moment)s", moment=_moment(opened[0].start, site.zone, now))
        return OpenState("closed", "moon-stars", word, staff)
    if hours.open(HIGHEST_LEVEL, ahead):
        return OpenState("locked", "lock", _("Open to those with access only"), staff)
    return OpenState("closed", "moon-stars", _("Closed for the next two weeks"), "")


def days_of(
    site: Site,
    table: Timetable | None,
    staff: Sequence[Period],
    first: date,
    count: int,
    names: Mapping[int, str],
    now: datetime,
) -> list[DayHours]:
    """So many days from the first on; an opening that passes midnight is told on the day on which it begins."""
    zone, today = site.zone, now.astimezone(site.zone).date()
    window = window_of(first, count, zone)
    spans = table.spans(window) if table else []
    closures = table.closures(window) if table else []
    specials = {id(special.opening): special.reason for special in table.specials} if table else {}
    found = []
    for number in range(count):
        day = first + timedelta(days=number)
        its = [span for span in spans if span.period.start.astimezone(zone).date() == day]
        # What is open to most people is told first.
        its.sort(key=lambda span: (span.opening.level, span.period))
        lines = [_line(span, staff, names, specials, zone) for span in its]
        found.append(DayHours(day, day == today, lines, _closures(site, day, closures)))
    return found


def window_of(first: date, count: int, zone: ZoneInfo) -> Period:
    """The time in which the days' openings lie, with the night before and the one after."""
    start, end = first - timedelta(days=1), first + timedelta(days=count + 1)
    return Period(boundary_of(start, time(), zone), boundary_of(end, time(), zone))


def holidays_ahead(site: Site, first: date, days: int, *, closed: bool) -> list[Holiday]:
    """The public holidays of so many days, in order."""
    last = first + timedelta(days=days)
    known = {
        day: name.replace("'", "’")
        for year in range(first.year, last.year + 1)
        for day, name in holidays_of(site.country, site.subdivision, year).items()
    }
    return [Holiday(day, name, closed) for day, name in sorted(known.items()) if first <= day < last]


def days_in_words(row: HoursException) -> str:
    """The days of a closure or of an exceptional opening, with its hours unless it is the whole day."""
    days = f"{show_day(row.first_on)} {row.first_on.year}"
    if row.first_on != row.last_on:
        days = show_days(row.first_on, row.last_on)
    hours = show_span(row.opens, row.closes)
    return f"{days}, {hours}" if hours else days


def _opens_now(opened: list[Period], now: datetime) -> bool:
    return bool(opened) and opened[0].start == now


def _staff_now(site: Site, hours: Hours, ahead: Period) -> str:
    staffed = hours.staffed(ahead)
    if not staffed:
        return _("Without staff for the next two weeks")
    if staffed[0].start == ahead.start:
        return _("Staff are there until %(moment)s", moment=_moment(staffed[0].end, site.zone, ahead.start))
    return _("Staff are there again %(moment)s", moment=_moment(staffed[0].start, site.zone, ahead.start))


def _moment(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The time of today; for another day, the day too."""
    today, day = now.astimezone(zone).date(), moment.astimezone(zone).date()
    if day == today:
        return show_time(moment, zone)
    if day == today + timedelta(days=1) and moment == boundary_of(day, time(), zone):
        return _("midnight")
    return show_moment(moment, zone)


def _line(
    span: Span, staff: Sequence[Period], names: Mapping[int, str], specials: Mapping[int, str], zone: ZoneInfo
) -> HoursLine:
    opening = span.opening
    there = common([span.period], staff)
    note = ""
    if id(opening) in specials:
        note = specials[id(opening)] or _("exceptional opening")
    who = show_level(opening.level, names)
    if not opening.staff:
        return HoursLine(_clock(span.period, zone), who, _("without staff"), note, False)
    if there == [span.period]:
        return HoursLine(_clock(span.period, zone), who, _("with staff"), note, True)
    if there:
        text = _("with staff %(hours)s", hours=", ".join(_clock(part, zone) for part in there))
        return HoursLine(_clock(span.period, zone), who, text, note, True)
    text = _("nobody of the staff has confirmed yet")
    if opening.alone is None:
        return HoursLine(_clock(span.period, zone), _("closed until then"), text, note, False)
    return HoursLine(_clock(span.period, zone), show_level(opening.alone, names), text, note, False)


def _clock(period: Period, zone: ZoneInfo) -> str:
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    if period == day_of(start.date(), zone):
        return _("all day")
    at_midnight = end.time() == time() and end.date() > start.date()
    return f"{start:%H:%M}–{'24:00' if at_midnight else format(end, '%H:%M')}"


def _closures(site: Site, day: date, closures: Sequence[tuple[Period, str]]) -> list[str]:
    whole = day_of(day, site.zone)
    found = []
    for period, reason in closures:
        part = period.within(whole)
        if part is None:
            continue
        text = reason or holidays_of(site.country, site.subdivision, day.year).get(day) or _("Public holiday")
        found.append(text if part == whole else f"{_clock(part, site.zone)} · {text}")
    return list(dict.fromkeys(found))
