"""When something repeats: every so many weeks, at a time that the clock on the wall of the site shows. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.booking.rules import wording
from fablab.core.i18n import _, n_, show_date
from fablab.core.period import AmbiguousTime, NoSuchTime, Period, boundary_of, instant_of
from fablab.core.refusals import Refusal

MOST = 60
"""So many times at most in one series."""
LEAST_MINUTES, MOST_MINUTES = 5, 7 * 1440
MOST_WEEKS = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Every so many weeks on the weekday of the first day, so many times or until a day, that day included."""

    first_on: date
    starts: time
    minutes: int
    """How much further the clock on the wall shows when it ends: where the clocks change, it lasts longer or less."""
    every_weeks: int = 1
    times: int | None = None
    until_on: date | None = None

    def reasons(self) -> list[Refusal]:
        """Every reason why nothing can repeat like this."""
        found = []
        if not 1 <= self.every_weeks <= MOST_WEEKS:
            text = _("It repeats every week, or every so many weeks up to %(most)s.", most=MOST_WEEKS)
            found.append(Refusal("every_weeks", text))
        if not LEAST_MINUTES <= self.minutes <= MOST_MINUTES:
            found.append(Refusal("minutes", _("It lasts from five minutes up to a week.")))
        if (self.times is None) == (self.until_on is None):
            found.append(Refusal("end", _("Say how many times, or until which day.")))
        elif self.until_on is not None and self.until_on < self.first_on:
            found.append(Refusal("until", _("It ends before it begins: choose a later last day.")))
        elif not 1 <= self._count() <= MOST:
            text = _("A series has at most %(most)s times; this would be more.", most=MOST)
            remedy = _("Choose an earlier end, and begin another series then.")
            found.append(Refusal("times", text if self._count() else _("Say how many times."), remedy=remedy))
        return found

    def days(self) -> list[date]:
        """Its days in order; at most so many as a series may have."""
        step = timedelta(weeks=self.every_weeks)
        return [self.first_on + number * step for number in range(min(self._count(), MOST))]

    def period_on(self, day: date, zone: ZoneInfo) -> Period | Refusal:
        """When it is on one of its days; or why the clocks there do not show that time, or show it twice."""
        start = datetime.combine(day, self.starts)
        return wall_period(start, start + timedelta(minutes=self.minutes), zone)

    def around_first(self, zone: ZoneInfo) -> Period:
        """About when it first is, even where the clocks of that day do not show that time."""
        start = boundary_of(self.first_on, self.starts, zone)
        return Period(start, start + timedelta(minutes=max(self.minutes, 1)))

    def _count(self) -> int:
        if self.until_on is not None:
            return max((self.until_on - self.first_on).days // 7 // max(self.every_weeks, 1) + 1, 0)
        return self.times or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far something moves on the clock on the wall: 14:00 a week later is 14:00, whatever the clocks did."""

    days: int = 0
    minutes: int = 0
    longer: int = 0
    """By how many minutes it ends later besides; below nought earlier."""

    @property
    def total(self) -> int:
        """How many minutes later it begins."""
        return self.days * 1440 + self.minutes

    def of(self, period: Period, zone: ZoneInfo) -> Period | Refusal:
        """The time so much later; or why there is none."""
        if not self.total and not self.longer:
            return period
        by, longer = timedelta(days=self.days, minutes=self.minutes), timedelta(minutes=self.longer)
        start, end = (moment.astimezone(zone).replace(tzinfo=None, fold=0) for moment in (period.start, period.end))
        if not self.total:
            ends = _instant(end + longer, zone)
            return ends if isinstance(ends, Refusal) else _between(period.start, ends)
        return wall_period(start + by, end + by + longer, zone)


def wall_period(start: datetime, end: datetime, zone: ZoneInfo) -> Period | Refusal:
    """From one wall time to another, both without a zone; or why the clocks of the zone do not show one of them."""
    begins, ends = _instant(start, zone), _instant(end, zone)
    if isinstance(begins, Refusal):
        return begins
    return ends if isinstance(ends, Refusal) else _between(begins, ends)


def sentence(pattern: Pattern) -> str:
    """How often it repeats and when, in words."""
    often = _("every week") if pattern.every_weeks == 1 else _("every %(count)s weeks", count=pattern.every_weeks)
    if pattern.until_on is not None:
        end = _("until %(day)s", day=show_date(pattern.until_on))
    else:
        end = n_("%(count)s time", "%(count)s times", pattern.times or 0)
    begins = datetime.combine(pattern.first_on, pattern.starts)
    ends = begins + timedelta(minutes=pattern.minutes)
    day = wording.weekday(pattern.first_on.weekday())
    return f"{day[:1].upper()}{day[1:]} {begins:%H:%M}–{ends:%H:%M}, {often}, {end}"


def _between(start: datetime, end: datetime) -> Period | Refusal:
    if start >= end:
        return Refusal("ends_before_start", _("A reservation ends after it starts."))
    return Period(start, end)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime | Refusal:
    shown = {"time": f"{wall:%H:%M}", "day": show_date(wall.date())}
    try:
        return instant_of(wall.date(), wall.time(), zone)
    except NoSuchTime:
        text = _("%(time)s does not exist on %(day)s: the clocks skip it.", **shown)
        return Refusal("no_such_time", text, remedy=_("Choose another time for that day."))
    except AmbiguousTime:
        text = _("The clocks show %(time)s twice on %(day)s. Choose a time that is clear.", **shown)
        return Refusal("time_twice", text, remedy=_("Reserve that day by itself."))
