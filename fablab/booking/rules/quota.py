"""How much: bookings or hours in a day, a week, a term, or held at once; and how many people in a place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from fablab.booking.rules import counting, wording
from fablab.booking.rules.case import Booked, Case, Names
from fablab.booking.rules.holding import Each, Holder, alike, is_held
from fablab.booking.rules.kind import Count, MinutesOrNone, Rule, Weekday
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import _, n_, show_period
from fablab.core.period import Period
from fablab.core.refusals import Refusal

__all__ = ["Capacity", "Each", "Holder", "Per", "Quota", "Unit", "alike", "fullest"]

END = datetime(9000, 1, 1, tzinfo=UTC)
SHOWN = 4


class Unit(StrEnum):
    """What is counted."""

    BOOKINGS = "bookings"
    MINUTES = "minutes"


class Per(StrEnum):
    """Within what it is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ROLLING = "rolling"
    """Any so many days in a row, to the minute."""
    TERM = "term"
    """The season or the dated term of the rule's scope."""
    AHEAD = "ahead"
    """Whatever is not over yet."""


@dataclass(frozen=True, kw_only=True)
class Quota(Rule):
    """At most so many bookings, or minutes of all places, per day, week, month, year, term, rolling days, or ahead.

    With hours in the scope only what lies in them counts, so that peak and off-peak are counted apart; a night that
    passes midnight counts on the day on which it begins.
    """

    code: ClassVar[str] = "quota"
    most: Annotated[int, Field(ge=0, le=1_000_000, json_schema_extra={"unit": "amount"})]
    unit: Unit = Unit.BOOKINGS
    per: Per = Per.WEEK
    each: Each = Each.TOGETHER
    holder: Holder = Holder.MEMBER
    first_weekday: Weekday = 0
    rolling_days: Annotated[int, Field(ge=1, le=366, json_schema_extra={"unit": "days"})] = 7
    """Days of the wall clock."""
    same_day_free: bool = False
    """What is reserved on its own day neither counts nor is refused."""
    walk_ins_free: bool = False
    """What is begun at once neither counts nor is refused."""
    missed_count: bool = True
    late_minutes: MinutesOrNone | None = None
    """What was cancelled by its member less than so long before it began goes on to count; None: never. It is held no
    longer, so that it does not count as ahead.
    """

    @property
    def topic(self) -> tuple[str, ...]:
        return (self.code, self.unit, self.per, self.each)

    def words(self, names: Names) -> str:
        text = _(
            "At most %(amount)s %(per)s%(each)s.", amount=self._amount(self.most), per=self._per(), each=self._each()
        )
        parts = [text]
        if self.holder != Holder.MEMBER:
            parts.append(_counted_together()[self.holder])
        if self.same_day_free:
            parts.append(_("What is reserved on the day itself does not count."))
        if self.walk_ins_free:
            parts.append(_("What is begun at once does not count."))
        if self.late_minutes is not None:
            length = wording.length(self.late_minutes)
            parts.append(_("What is cancelled less than %(length)s before goes on to count.", length=length))
        return " ".join(parts)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if self._is_free(case.is_same_day, case.is_walk_in):
            return
        counted = [item for item in case.own if self._counts(item, case, scope)]
        for window in self._windows(case, scope, counted):
            had = [item for item in counted if self._of(item.period, item.places, window, scope, case.zone)]
            before = sum(self._of(item.period, item.places, window, scope, case.zone) for item in had)
            more = self._of(case.period, case.places, window, scope, case.zone)
            if more and before + more > self.most:
                yield self._refusal(case, had, before, more)
                return

    def reach(self, period: Period, now: datetime, zone: ZoneInfo, scope: Scope) -> Period | None:
        if self.per == Per.AHEAD:
            return Period(now, END)
        if self.per == Per.ROLLING:
            days = timedelta(days=self.rolling_days, hours=3)
            return Period(period.start - days, period.end + days)
        windows = list(self._calendar(period, scope, zone))
        return Period(windows[0].start, windows[-1].end) if windows else None

    def trouble_with(self, scope: Scope) -> str:
        times = scope.times
        if (
            self.per == Per.TERM
            and not (times.season_from and times.season_to)
            and not (times.first_on and times.last_on)
        ):
            return _("Say when the season or the term begins and ends.")
        return ""

    def _refusal(self, case: Case, had: list[Booked], before: int, more: int) -> Refusal:
        said = self.words(case.names)
        if self.unit == Unit.MINUTES:
            left = max(self.most - before, 0)
            said += " " + _(
                "%(left)s are left, and this takes %(more)s.", left=wording.length(left), more=wording.length(more)
            )
        if had:
            shown = [show_period(item.period, case.zone) for item in sorted(had, key=_when)[:SHOWN]]
            rest = len(had) - len(shown)
            if rest:
                shown.append(n_("%(count)s more", "%(count)s more", rest))
            said += " " + _("Already reserved: %(list)s.", list="; ".join(shown))
        remedy = _("Give one of these back, or choose another time.") if had else _("Make it shorter.")
        return Refusal("quota", said, remedy=remedy)

    def _is_free(self, same_day: bool, walk_in: bool) -> bool:
        return (self.same_day_free and same_day) or (self.walk_ins_free and walk_in)

    def _counts(self, item: Booked, case: Case, scope: Scope) -> bool:
        if not (scope.counts(item) and alike(self.each, item.thing, case.thing) and is_held(self.holder, item, case)):
            return False
        if self._is_free(item.was_same_day(case.zone), item.was_walk_in):
            return False
        if item.is_missed:
            return self.missed_count and self.per != Per.AHEAD
        if item.is_standing:
            return True
        if self.late_minutes is None or item.cancelled_at is None or not item.cancelled_by_member:
            return False
        if self.per == Per.AHEAD:
            return False
        return item.cancelled_at > item.period.start - timedelta(minutes=self.late_minutes)

    def _windows(self, case: Case, scope: Scope, counted: Iterable[Booked]) -> Iterator[Period]:
        if self.per == Per.AHEAD:
            yield Period(min(case.now, case.period.start), END)
        elif self.per == Per.ROLLING:
            periods = [case.period, *(item.period for item in counted)]
            parts = [part for period in periods for part in scope.times.parts(period, case.zone)]
            own = scope.times.parts(case.period, case.zone)
            yield from counting.rolling(own, parts, case.zone, self.rolling_days)
        else:
            yield from self._calendar(case.period, scope, case.zone)

    def _calendar(self, wanted: Period, scope: Scope, zone: ZoneInfo) -> Iterator[Period]:
        def bounds(day: date) -> tuple[date, date] | None:
            return self._bounds(day, scope)

        return counting.calendar(wanted, zone, bounds, day_begins=scope.times.day_begins)

    def _bounds(self, day: date, scope: Scope) -> tuple[date, date] | None:
        """The first day of what a day is counted in, and the day after its last."""
        if self.per == Per.DAY:
            return day, day + timedelta(days=1)
        if self.per == Per.WEEK:
            first = day - timedelta(days=(day.weekday() - self.first_weekday) % 7)
            return first, first + timedelta(days=7)
        if self.per == Per.MONTH:
            first = day.replace(day=1)
            return first, (first + timedelta(days=32)).replace(day=1)
        if self.per == Per.TERM:
            term = scope.times.term(day)
            return (term[0], term[1] + timedelta(days=1)) if term else None
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)

    def _of(self, period: Period, places: int, window: Period, scope: Scope, zone: ZoneInfo) -> int:
        """What of a time counts in a window: one for a booking whose meant part begins there, or the minutes of its
        places.
        """
        parts = scope.times.parts(period, zone)
        if self.unit == Unit.MINUTES:
            return sum(part.seconds for item in parts if (part := item.within(window))) // 60 * places
        if self.per == Per.AHEAD:
            return int(bool(parts) and period.end > window.start)
        return int(bool(parts) and window.contains(parts[0].start))

    def _amount(self, amount: int) -> str:
        if self.unit == Unit.MINUTES:
            return wording.length(amount)
        return n_("%(count)s reservation", "%(count)s reservations", amount)

    def _per(self) -> str:
        if self.per == Per.WEEK and self.first_weekday:
            return _("per week from %(weekday)s on", weekday=wording.weekday(self.first_weekday))
        return {
            Per.DAY: _("per day"),
            Per.WEEK: _("per week"),
            Per.MONTH: _("per month"),
            Per.YEAR: _("per year"),
            Per.ROLLING: n_("within %(count)s day", "within any %(count)s days", self.rolling_days),
            Per.TERM: _("in this season"),
            Per.AHEAD: _("at once ahead"),
        }[self.per]

    def _each(self) -> str:
        return {
            Each.RESOURCE: _(" on each machine or room"),
            Each.CATEGORY: _(" in each category"),
            Each.TOGETHER: "",
        }[self.each]


def _counted_together() -> dict[Holder, str]:
    return {
        Holder.ACCOUNT: _("All who reserve on the same account count together."),
        Holder.PROJECT: _("All who reserve for the same project count together."),
        Holder.MEMBER_AND_PROJECT: _("Each project is counted apart."),
    }


def _when(item: Booked) -> datetime:
    return item.period.start


@dataclass(frozen=True, kw_only=True)
class Capacity(Rule):
    """At most so many places taken at once, by anybody, of all that the scope covers: people in a room."""

    code: ClassVar[str] = "capacity"
    most: Count

    def words(self, names: Names) -> str:
        return n_("At most %(count)s person at the same time.", "At most %(count)s people at the same time.", self.most)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        others = [item for item in case.others if scope.counts(item)]
        parts = scope.times.parts(case.period, case.zone)
        if max(fullest(others, part) for part in parts) + case.places + case.guests > self.most:
            text = _("The place is full during a part of this time.")
            yield Refusal("capacity", f"{self.words(case.names)} {text}", remedy=_("Choose another time."))


def fullest(items: Iterable[Booked], within: Period, *, by_place: bool = True) -> int:
    """The most places, or reservations, that are had at one moment of a time."""
    found = [item for item in items if item.period.overlaps(within)]
    moments = [within.start, *(item.period.start for item in found if within.contains(item.period.start))]
    return max(
        sum(item.places + item.guests if by_place else 1 for item in found if item.period.contains(moment))
        for moment in moments
    )
