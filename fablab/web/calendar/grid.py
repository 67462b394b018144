"""The calendar as rows of cells: pure functions from free and taken time to what a table shows.

A row's columns are periods of one step each. Cells carry instants in UTC; only labels are in the site's zone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One or more columns of a row that are the same thing; a slot is one thing in all rows where it is free."""

    kind: Kind
    column: int
    span: int
    label: str = ""
    """When a slot or a reservation is: `14:30–15:30`."""
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
    touched = [part for part in open_and_busy if part.overlaps(within)]
    if not touched:
        return []
    first = max(within.start, min(part.start for part in touched))
    local = first.astimezone(zone)
    start = first - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = max(start, within.start)
    end = min(within.end, max(part.end for part in touched))
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
    walls = {minute: _wall(day, minute, zone) for minute in {*minutes, *(minute + step for minute in minutes)}}
    bounds = [(walls[minute], walls[minute + step]) for minute in minutes]
    return [Period(start, end) if start < end else None for start, end in bounds]


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


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns, and what of them is the same in each of its rows: reckoned once."""

    count: int
    shown: dict[int, Period]
    """Those that the clocks show; the lists are of these."""
    starts: list[datetime]
    ends: list[datetime]
    left: list[datetime]
    """Where what is left of them begins."""
    past: int
    """So many have gone by."""
    zone: ZoneInfo
    now: datetime
    slots: dict[int, Cell] = field(default_factory=dict)
    """Those that were free in a row."""

    def slot(self, column: int) -> Cell:
        """What a column is where it is free."""
        if column not in self.slots:
            self.slots[column] = _slot(column, self.shown[column], self.zone, self.now)
        return self.slots[column]


def laid_out(columns: Sequence[Period | None], zone: ZoneInfo, now: datetime) -> Columns:
    """Columns, ready for rows."""
    shown = {index: column for index, column in enumerate(columns) if column}
    starts, ends = [column.start for column in shown.values()], [column.end for column in shown.values()]
    left = [max(start, now) for start in starts]
    return Columns(len(columns), shown, starts, ends, left, bisect_right(ends, now), zone, now)


def cells_of(columns: Columns, facts: Availability, eyes: Eyes) -> list[Cell]:
    """A row: what each column is for the one who looks; neighbours that are the same thing become one cell."""
    marks = _marks(columns, facts, eyes)
    cells: list[Cell] = []
    first = 0
    for end, mark in enumerate(marks, 1):
        kind, busy = mark
        if kind is Kind.FREE:
            # Each is a start to choose, so they stay single.
            cells.append(columns.slot(first))
        elif end < len(marks) and marks[end] == mark:
            continue
        elif busy:
            cells.append(_taken_cell(kind, busy, range(first, end), eyes, columns))
        else:
            cells.append(Cell(kind, first, end - first, text=_words(kind)))
        first = end
    return cells


_Mark = tuple[Kind, Busy | None]


def _marks(columns: Columns, facts: Availability, eyes: Eyes) -> list[_Mark]:
    """What each column is. Columns follow each other, so that where something begins and ends among them is looked up
    instead of each column asking of everything whether it touches it.
    """
    marks: list[_Mark] = [(kind, None) for kind in _untaken(columns, facts, eyes)]
    taken: dict[int, list[Busy]] = {}
    for item in facts.busy:
        for at in range(bisect_right(columns.ends, item.period.start), bisect_left(columns.starts, item.period.end)):
            taken.setdefault(at, []).append(item)
    periods = list(columns.shown.values())
    for at, items in taken.items():
        marks[at] = _taken(periods[at], items, facts.resource.places, eyes) or marks[at]
    if len(marks) == columns.count:
        return marks
    found: list[_Mark] = [(Kind.CLOSED, None)] * columns.count
    for index, mark in zip(columns.shown, marks, strict=True):
        found[index] = mark
    return found


def _untaken(columns: Columns, facts: Availability, eyes: Eyes) -> list[Kind]:
    """What the columns are where nobody has them."""
    found = [Kind.CLOSED] * len(columns.shown)
    for part in facts.open:
        for at in _covered(part, columns.starts, columns.ends):
            found[at] = Kind.PAST if at < columns.past else Kind.BLOCKED
    had = Kind.LOCKED if eyes.locked else Kind.FREE
    for part in facts.free:
        for at in _covered(part, columns.left, columns.ends):
            if found[at] is Kind.BLOCKED:
                found[at] = had
    return found


def _covered(part: Period, starts: Sequence[datetime], ends: Sequence[datetime]) -> range:
    """The columns with these starts and ends that lie within a part."""
    return range(bisect_left(starts, part.start), bisect_right(ends, part.end))


def _taken(column: Period, taken: list[Busy], places: int, eyes: Eyes) -> _Mark | None:
    mine = [item for item in taken if item.member_id == eyes.member_id]
    if mine:
        return Kind.MINE, _most(mine, column)
    if places == 1 or len({item.place for item in taken}) >= places:
        return Kind.BOOKED, _most(taken, column)
    return None


def _most(taken: list[Busy], column: Period) -> Busy:
    """The reservation that has most of the column."""
    if len(taken) == 1:
        return taken[0]
    return max(taken, key=lambda item: part.seconds if (part := item.period.within(column)) else 0)


def _slot(column: int, period: Period, zone: ZoneInfo, now: datetime) -> Cell:
    is_now = period.start <= now
    text = _("Now") if is_now else show_time(period.start, zone)
    return Cell(Kind.FREE, column, 1, _label(period, zone), text, period.start, is_now, period.minutes)


def _taken_cell(kind: Kind, busy: Busy, places: range, eyes: Eyes, columns: Columns) -> Cell:
    label, is_mine = _label(busy.period, columns.zone), kind is Kind.MINE
    text = _("Yours") if is_mine else eyes.names.get(busy.member_id) or _("Booked")
    if busy.is_offer:
        text = _("Offered to you") if is_mine else _("Offered")
    if busy.is_offer or not (is_mine or eyes.may_open):
        return Cell(kind, places.start, len(places), label, text)
    version = busy.version if not busy.started and busy.period.start > columns.now else None
    return Cell(kind, places.start, len(places), label, text, reservation_id=busy.reservation_id, version=version)


def _label(period: Period, zone: ZoneInfo) -> str:
    return f"{show_time(period.start, zone)}–{show_time(period.end, zone)}"


def _words(kind: Kind) -> str:
    return {
        Kind.CLOSED: _("Closed"),
        Kind.PAST: _("Past"),
        Kind.BLOCKED: _("Not available"),
        Kind.LOCKED: _("Training needed"),
    }[kind]
