"""When a place is open, and to whom: pure functions over timetables and a time zone.

A timetable has seasons; a season has weekly openings; closures, public holidays and exceptional openings change single
days. An opening says which level of access it takes, and how many staff; while they are missing it may stay open to a
higher level, or close. What stands under several timetables is open when all of them say so.

Minutes are those of the wall clock: on the night of a clock change an opening is an hour shorter or longer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core.period import Period, boundary_of, common, day_of, merged, without

LAST = -1
"""The last such weekday of a month."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Open on this weekday (0 is Monday) from one wall-clock minute to another, which may pass midnight."""

    weekday: int
    opens: int
    closes: int
    staff: int = 0
    level: int = 0
    alone: int | None = None
    nth: int | None = None
    """Only the nth such weekday of each month, or the last; None is every week."""

    def is_on(self, day: date) -> bool:
        """Tell whether it begins on that day."""
        if day.weekday() != self.weekday:
            return False
        if self.nth == LAST:
            return (day + timedelta(days=7)).month != day.month
        return self.nth is None or (day.day - 1) // 7 + 1 == self.nth

    def admits(self, level: int, *, staffed: bool) -> bool:
        """Tell whether it lets in somebody of that level, with staff there or not."""
        if staffed or not self.staff:
            return level >= self.level
        return self.alone is not None and level >= self.alone


@dataclass(frozen=True, slots=True)
class Season:
    """The openings between two days, both included; without days, of the rest of the year."""

    openings: tuple[Opening, ...]
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether it is dated and that day is in it."""
        return self.first is not None and self.last is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Special:
    """A closure, or an exceptional opening, on each day from the first to the last."""

    is_open: bool
    first: date
    last: date
    opening: Opening
    """Its hours and, if it is open, to whom; its weekday says nothing."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An opening of a certain day."""

    period: Period
    opening: Opening


def no_holiday(day: date) -> bool:
    """A calendar without public holidays."""
    return False


@dataclass(frozen=True, slots=True)
class Timetable:
    """When something is open, on a site's clock. Among specials the later in the list counts."""

    zone: ZoneInfo
    seasons: tuple[Season, ...]
    specials: tuple[Special, ...] = ()
    is_holiday: Callable[[date], bool] = no_holiday
    """Tells the days on which nothing begins or goes on, unless a special opens it."""

    def spans(self, within: Period) -> list[Span]:
        """Every opening that touches the period, cut to it and by closures; they may overlap."""
        days = list(_days(within, self.zone))
        spans = [
            span
            for day in days
            for opening in self._season(day).openings
            if opening.is_on(day) and (span := self._span(day, opening))
        ]
        spans = _cut(spans, [day_of(day, self.zone) for day in days if self.is_holiday(day)])
        for special in self.specials:
            its = [
                span
                for day in days
                if special.first <= day <= special.last and (span := self._span(day, special.opening))
            ]
            spans = [*spans, *its] if special.is_open else _cut(spans, [span.period for span in its])
        found = [Span(part, span.opening) for span in spans if (part := span.period.within(within))]
        return sorted(found, key=lambda span: (span.period, span.opening.level))

    def open(self, level: int, within: Period, staffed: Sequence[Period]) -> list[Period]:
        """When somebody of that level may be there, `staffed` being when staff are."""
        found: list[Period] = []
        for span in self.spans(within):
            if not span.opening.staff:
                found += [span.period] if span.opening.admits(level, staffed=False) else []
                continue
            if span.opening.admits(level, staffed=True):
                found += common([span.period], staffed)
            if span.opening.admits(level, staffed=False):
                found += without([span.period], staffed)
        return merged(found)

    def planned(self, within: Period) -> list[Period]:
        """When staff should be there."""
        return merged(span.period for span in self.spans(within) if span.opening.staff)

    def closures(self, within: Period) -> list[tuple[Period, str]]:
        """What closes it in the period, each with its reason; a public holiday's is empty."""
        days = list(_days(within, self.zone))
        found = [(day_of(day, self.zone), "") for day in days if self.is_holiday(day)]
        for special in self.specials:
            for day in days:
                span = self._span(day, special.opening) if special.first <= day <= special.last else None
                if span and not special.is_open:
                    found.append((span.period, special.reason))
        return [(part, reason) for period, reason in found if (part := period.within(within))]

    def _season(self, day: date) -> Season:
        usual = Season(())
        for season in self.seasons:
            if season.covers(day):
                return season
            if season.first is None:
                usual = season
        return usual

    def _span(self, day: date, opening: Opening) -> Span | None:
        start = _wall_minute(day, opening.opens, self.zone)
        end = _wall_minute(day, opening.closes, self.zone)
        return Span(Period(start, end), opening) if start < end else None


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open that stands under these timetables, and when staff are at its site."""

    timetables: tuple[Timetable, ...]
    staff: tuple[Period, ...] = ()

    def open(self, level: int, within: Period) -> list[Period]:
        """When somebody of that level of access may be there, in order; nothing without a timetable."""
        if not self.timetables:
            return []
        found = [within]
        for timetable in self.timetables:
            found = common(found, timetable.open(level, within, self.staff))
        return found

    def is_open(self, level: int, during: Period) -> bool:
        """Tell whether somebody of that level may be there from the period's start to its end without a break."""
        return self.open(level, during) == [during]

    def staffed(self, within: Period) -> list[Period]:
        """When staff are there."""
        return common([within], self.staff)

    def is_staffed(self, during: Period) -> bool:
        """Tell whether staff are there from the period's start to its end without a break."""
        return self.staffed(during) == [during]


def overlapping(seasons: Iterable[Season]) -> list[tuple[Season, Season]]:
    """The pairs of dated seasons that share a day, which a timetable may not have."""
    dated = [season for season in seasons if season.first and season.last]
    return [
        (one, other)
        for index, one in enumerate(dated)
        for other in dated[index + 1 :]
        if one.first and other.last and one.last and other.first and one.first <= other.last and other.first <= one.last
    ]


def weekly(openings: Iterable[Opening], zone: ZoneInfo) -> Timetable:
    """A timetable of the same openings all year."""
    return Timetable(zone, (Season(tuple(openings)),))


def _cut(spans: Iterable[Span], closed: Sequence[Period]) -> list[Span]:
    if not closed:
        return list(spans)
    return [Span(part, span.opening) for span in spans for part in without([span.period], closed)]


def _days(within: Period, zone: ZoneInfo) -> Iterator[date]:
    day = within.start.astimezone(zone).date() - timedelta(days=2)
    last = within.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _wall_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minute, 1440)
    return boundary_of(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
