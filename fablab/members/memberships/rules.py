"""How long a membership lasts, how it stands on a day, when to remind: pure, in whole days."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
AFTER_END = -1
"""The reminder that tells that a membership has ended."""
TOLD_OF_END_WITHIN = 14
"""Days after its end within which people are told of it; whoever begins with this program tells nobody of old ends."""


class Lasts(StrEnum):
    """How long a membership lasts."""

    DAYS = "days"
    """So many days, the first among them."""
    MONTHS = "months"
    """So many calendar months."""
    FIXED_DAY = "fixed_day"
    """Until a day that is the same each year."""


class MembershipStanding(StrEnum):
    """How a membership stands on a day."""

    PLANNED = "planned"
    """It has not begun."""
    IN_ORDER = "in_order"
    PAUSED = "paused"
    GRACE = "grace"
    """It is over, and counts as in order a little longer, so that people can renew."""
    LAPSED = "lapsed"
    ENDED = "ended"
    """Staff ended it before its time."""

    @property
    def holds(self) -> bool:
        """Whoever has it may do what needs one."""
        return self in (MembershipStanding.IN_ORDER, MembershipStanding.GRACE)


@dataclass(frozen=True, slots=True)
class Length:
    """How long a kind lasts: so many days or months, or until a day each year."""

    lasts: Lasts
    length: int | None = None
    until_month: int | None = None
    until_day: int | None = None
    next_within_weeks: int = 0


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Days") -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Term:
    """The days of one membership."""

    first_on: date
    last_on: date
    grace_days: int = 0
    pauses: tuple[Days, ...] = ()
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody is covered from a day until another, or (None) to the end."""

    joined_on: date
    left_on: date | None = None

    def on(self, day: date) -> bool:
        return self.joined_on <= day and (self.left_on is None or day <= self.left_on)


def last_day(length: Length, first_on: date) -> date:
    """The last day, included, of what begins on a day.

    A month ends on the day before its namesake, or with the month where that is too short: from 31 January it lasts to
    the end of February, and the next one to 31 March. So months never creep forward, and nobody loses a day.
    """
    if length.lasts == Lasts.DAYS:
        return first_on + timedelta(days=(length.length or 1) - 1)
    if length.lasts == Lasts.MONTHS:
        return _before_namesake(first_on, length.length or 1)
    month, day = length.until_month or 12, length.until_day or 31
    end = day_in(first_on.year, month, day)
    if end < first_on:
        end = day_in(first_on.year + 1, month, day)
    if (end - first_on).days < 7 * length.next_within_weeks:
        end = day_in(end.year + 1, month, day)
    return end


def first_day(length: Length, last_on: date) -> date:
    """The first day of what ended on a day, as far as can be told: a whole length before, of a fixed day a year."""
    if length.lasts == Lasts.DAYS:
        return last_on - timedelta(days=(length.length or 1) - 1)
    return months_later(last_on + DAY, -(length.length or 12))


def day_in(year: int, month: int, day: int) -> date:
    """That day of a year; 29 February is the 28th where there is none."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short."""
    count = day.year * 12 + day.month - 1 + months
    return day_in(count // 12, count % 12 + 1, day.day)


def _before_namesake(first_on: date, months: int) -> date:
    if first_on.day == 1:
        return months_later(first_on, months) - DAY
    # The day before the 31st is the 30th, whether or not the month has one.
    return months_later(first_on.replace(day=first_on.day - 1), months)


def standing_on(term: Term, day: date) -> MembershipStanding:
    """How a membership stands on a day."""
    if term.ended_on is not None and day > term.ended_on:
        return MembershipStanding.ENDED
    if day < term.first_on:
        return MembershipStanding.PLANNED
    if any(pause.first <= day <= pause.last for pause in term.pauses):
        return MembershipStanding.PAUSED
    if day <= term.last_on:
        return MembershipStanding.IN_ORDER
    if day <= term.last_on + timedelta(days=term.grace_days):
        return MembershipStanding.GRACE
    return MembershipStanding.LAPSED


def next_first_day(term: Term, today: date) -> date:
    """The day on which a renewal begins: after the last one while it runs or is in grace, else today."""
    lost = (MembershipStanding.LAPSED, MembershipStanding.ENDED)
    return today if standing_on(term, today) in lost else term.last_on + DAY


def reminder_due(term: Term, days_before: Iterable[int], at_end: bool, today: date) -> int | None:
    """How many days before the end people should be reminded of today, AFTER_END once it is over; None for nothing.

    Of several that are due only the latest is told. One that fell on the first day or before is left out: nobody who
    buys a month is reminded of its end at once.
    """
    standing = standing_on(term, today)
    left = (term.last_on - today).days
    if standing == MembershipStanding.IN_ORDER:
        due = [days for days in days_before if left <= days and term.last_on - timedelta(days=days) > term.first_on]
        return min(due, default=None)
    is_over = standing in (MembershipStanding.GRACE, MembershipStanding.LAPSED)
    return AFTER_END if at_end and is_over and -left <= TOLD_OF_END_WITHIN else None


def has_room(people: Iterable[Presence], joining: Presence, most: int) -> bool:
    """Tell whether one more may join: on no day from then on are more covered than `most`."""
    others = list(people)
    arrivals = [joining.joined_on, *(row.joined_on for row in others if joining.on(row.joined_on))]
    return all(sum(row.on(day) for row in others) < most for day in arrivals)


def reminders_of(text: str) -> tuple[int, ...]:
    """The days of a list such as `30, 7`, the furthest first, each once.

    Raises:
        ValueError: it is no such list, or a number is not between 0 and 366.
    """
    parts = [part for part in text.replace(";", ",").replace(" ", ",").split(",") if part]
    if any(not (part.isascii() and part.isdigit() and len(part) <= 3 and int(part) <= 366) for part in parts):
        raise ValueError(f"no list of days: {text!r}")
    return tuple(sorted({int(part) for part in parts}, reverse=True))
