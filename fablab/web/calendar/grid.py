"""The calendar as rows of cells: pure functions from free and taken time to what a table shows.

A row's columns are periods of one step each. Cells carry instants in UTC; only labels are in the site's zone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from fablab.booking.free_time import Availability, Busy
from fablab.core.i18n import _, show_time
from fablab.core.period import Period, boundary_of

SHORTEST_STEP = 15
"""Finer columns make a page too heavy; the booking sheet offers the starts between."""


class Kind(StrEnum):
    """What a cell is; the value is its CSS class."""

    FREE = "free"
    BOOKED = "booked"
    MINE = "mine"
    CLOSED = "closed"
    PAST = "past"
    BLOCKED = "blocked"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Cell:
    """One or more columns of a row that are the same thing."""

    kind: Kind
    column: int
    span: int
    label: str
    """When: `14:30–15:30`."""
    text: str = ""
    start: datetime | None = None
    """Where a reservation could begin."""
    is_now: bool = False
    """The column is going on: a reservation would begin now."""
    minutes: int = 0
    reservation_id: int | None = None
    """Set where the one who looks may open it."""
    version: int | None = None
    """Set where they may move it."""


@dataclass(frozen=True, slots=True)
class Head:
    """An hour over the columns that it spans."""

    label: str
    span: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Who looks at a row: whose reservations are their own, which names they see, which they may open."""

    member_id: int | None
    names: Mapping[int, str]
    may_open: bool = False
    locked: bool = False


def step_of(slots: Iterable[int]) -> int:
    """Minutes of a column: half an hour, or the shortest slot of the machines shown."""
    return max(SHORTEST_STEP, min([30, *slots]))


def columns_of(within: Period, open_and_busy: Iterable[Period], step: int, zone: ZoneInfo) -> list[Period]:
    """A day's columns, from the hour of the first opening to the last closing, stepped in UTC."""
    touched = [part for period in open_and_busy if (part := period.within(within))]
    if not touched:
        return []
    first = min(part.start for part in touched)
    local = first.astimezone(zone)
    start = first - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = max(start, within.start)
    end = max(part.end for part in touched)
    columns = []
    while start < end:
        columns.append(Period(start, start + timedelta(minutes=step)))
        start = columns[-1].end
    return columns


def week_minutes(open_and_busy: Iterable[Period], days: Iterable[Period], step: int, zone: ZoneInfo) -> list[int]:
    """Minutes after midnight at which a week's columns begin: from the earliest hour to the latest of all its days."""
    touched = [part for day in days for period in open_and_busy if (part := period.within(day))]
    if not touched:
        return []
    first = min(part.start.astimezone(zone).hour for part in touched) * 60
    ends = [part.end.astimezone(zone) for part in touched]
    last = max(end.hour * 60 + end.minute or 1440 for end in ends)
    return list(range(first, last, step))


def columns_on(day: date, minutes: Sequence[int], step: int, zone: ZoneInfo) -> list[Period | None]:
    """The columns of one day of a week; None for a wall time that the clocks skip on that day."""
    found: list[Period | None] = []
    for minute in minutes:
        start, end = _wall(day, minute, zone), _wall(day, minute + step, zone)
        found.append(Period(start, end) if start < end else None)
    return found


def _wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minute, 1440)
    return boundary_of(day + timedelta(days=days), time(rest // 60, rest % 60), zone)


def heads_of(columns: Iterable[Period], zone: ZoneInfo) -> list[Head]:
    """The hours over a day's columns; on the night of a clock change as they come."""
    hours = []
    for column in columns:
        local = column.start.astimezone(zone)
        hours.append((column.start - timedelta(minutes=local.minute), f"{local:%H}:00"))
    return [Head(label, len(list(group))) for (_start, label), group in groupby(hours)]


def week_heads(minutes: Iterable[int]) -> list[Head]:
    """The hours over a week's columns, by the wall clock."""
    return [
        Head(f"{hour:02d}:00", len(list(group))) for hour, group in groupby(minutes, key=lambda minute: minute // 60)
    ]


def cells_of(columns: Sequence[Period | None], facts: Availability, eyes: Eyes, now: datetime) -> list[Cell]:
    """A row: what each column is for the one who looks; neighbours that are the same thing become one cell."""
    zone = facts.resource.site.zone
    marks = _marks(columns, facts, eyes, now)
    cells: list[Cell] = []
    for (kind, busy, _own), group in groupby(enumerate(marks), key=lambda pair: _same(pair[0], pair[1])):
        places = [index for index, _kind in group]
        whole = [column for index in places if (column := columns[index])]
        cells.append(_cell(kind, busy, places, whole, eyes, zone, now))
    return cells


_Mark = tuple[Kind, Busy | None]


def _same(index: int, mark: _Mark) -> tuple[Kind, Busy | None, int]:
    """What makes neighbours one cell; free columns stay single, since each is a start to choose."""
    kind, busy = mark
    return kind, busy, index if kind == Kind.FREE else -1


def _marks(columns: Sequence[Period | None], facts: Availability, eyes: Eyes, now: datetime) -> list[_Mark]:
    """What each column is. Columns follow each other, so that where something begins and ends among them is looked up
    instead of each column asking of everything whether it touches it.
    """
    real = [(index, column) for index, column in enumerate(columns) if column]
    starts, ends = [column.start for _index, column in real], [column.end for _index, column in real]
    taken: list[list[Busy]] = [[] for _column in real]
    for item in facts.busy:
        for at in range(bisect_right(ends, item.period.start), bisect_left(starts, item.period.end)):
            taken[at].append(item)
    opened = _covered(facts.open, starts, ends)
    free = _covered(facts.free, [max(start, now) for start in starts], ends)
    found: list[_Mark] = [(Kind.CLOSED, None)] * len(columns)
    for at, (index, column) in enumerate(real):
        found[index] = _taken(column, taken[at], facts.resource.places, eyes) or (
            _untaken(column, opened[at], free[at], eyes, now),
            None,
        )
    return found


def _covered(parts: Iterable[Period], starts: Sequence[datetime], ends: Sequence[datetime]) -> list[bool]:
    """Which of the columns with these starts and ends one of the parts covers."""
    found = [False] * len(starts)
    for part in parts:
        for at in range(bisect_left(starts, part.start), bisect_right(ends, part.end)):
            found[at] = True
    return found


def _taken(column: Period, taken: list[Busy], places: int, eyes: Eyes) -> _Mark | None:
    mine = [item for item in taken if item.member_id == eyes.member_id]
    if mine:
        return Kind.MINE, _most(mine, column)
    if len(taken) >= places and len({item.place for item in taken}) >= places:
        return Kind.BOOKED, _most(taken, column)
    return None


def _untaken(column: Period, is_open: bool, is_free: bool, eyes: Eyes, now: datetime) -> Kind:
    if not is_open:
        return Kind.CLOSED
    if column.end <= now:
        return Kind.PAST
    if not is_free:
        return Kind.BLOCKED
    return Kind.LOCKED if eyes.locked else Kind.FREE


def _most(taken: Iterable[Busy], column: Period) -> Busy:
    """The reservation that has most of the column."""
    found = list(taken)
    if len(found) == 1:
        return found[0]
    return max(found, key=lambda item: part.seconds if (part := item.period.within(column)) else 0)


def _cell(
    kind: Kind, busy: Busy | None, places: list[int], whole: list[Period], eyes: Eyes, zone: ZoneInfo, now: datetime
) -> Cell:
    period = busy.period if busy else Period(whole[0].start, whole[-1].end) if whole else None
    label = f"{show_time(period.start, zone)}–{show_time(period.end, zone)}" if period else ""
    if busy:
        may_open = (eyes.may_open or kind == Kind.MINE) and not busy.is_offer
        text = _("Yours") if kind == Kind.MINE else eyes.names.get(busy.member_id, _("Booked"))
        if busy.is_offer:
            text = _("Offered to you") if kind == Kind.MINE else _("Offered")
        shown_id = busy.reservation_id if may_open else None
        version = busy.version if may_open and not busy.started and busy.period.start > now else None
        return Cell(kind, places[0], len(places), label, text, reservation_id=shown_id, version=version)
    if kind == Kind.FREE and period:
        is_now = period.start <= now
        text = _("Now") if is_now else show_time(period.start, zone)
        return Cell(kind, places[0], 1, label, text, period.start, is_now, period.minutes)
    return Cell(kind, places[0], len(places), label, _words(kind))


def _words(kind: Kind) -> str:
    return {
        Kind.CLOSED: _("Closed"),
        Kind.PAST: _("Past"),
        Kind.BLOCKED: _("Not available"),
        Kind.LOCKED: _("Training needed"),
    }[kind]
