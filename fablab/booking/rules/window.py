"""When it may be asked for, and when it may begin and end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic.dataclasses import dataclass as checked

from fablab.booking.rules import wording
from fablab.booking.rules.case import WALK_IN, Case, Names
from fablab.booking.rules.kind import Clock, Days, Minutes, MinutesOrNone, Rule, Weekday
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, Times, Window, at_minute, day_in
from fablab.core.i18n import _, n_, show_moment
from fablab.core.period import Period
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class Ahead(Rule):
    """At most so many days ahead, each further day opening at a time of the day; or at most so many minutes, none of
    which is for those who start at once.
    """

    code: ClassVar[str] = "ahead"
    days: Days | None = None
    opens_at: Clock = 0
    minutes: MinutesOrNone | None = None

    def words(self, names: Names) -> str:
        said = [self._days()] if self.days is not None else []
        if self.minutes == 0:
            said.append(_("Nobody reserves it ahead: who is there starts at once, while it is free."))
        elif self.minutes is not None:
            length = wording.length(self.minutes)
            said.append(_("It is reserved at most %(length)s before it begins.", length=length))
        return " ".join(said)

    def _days(self) -> str:
        if not self.days:
            return _("It is reserved for the same day only.")
        text = n_(
            "It is reserved at most %(count)s day ahead", "It is reserved at most %(count)s days ahead", self.days
        )
        if self.opens_at:
            return _("%(text)s; a new day opens at %(clock)s.", text=text, clock=wording.clock(self.opens_at))
        return f"{text}."

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        opens = []
        if self.days is not None:
            opens.append(at_minute(case.first_day - timedelta(days=self.days), self.opens_at, case.zone))
        if self.minutes is not None:
            opens.append(case.period.start - max(timedelta(minutes=self.minutes), WALK_IN))
        if case.now < max(opens):
            remedy = _("It opens on %(when)s.", when=show_moment(max(opens), case.zone))
            yield Refusal("ahead", self.words(case.names), remedy=remedy)

    @property
    def trouble(self) -> str:
        return _("Say how long before.") if self.days is None and self.minutes is None else ""


@dataclass(frozen=True, kw_only=True)
class Lead(Rule):
    """At least so long before it begins, or so many days before: 1 is no same day. Whoever stands there may be let
    start at once.
    """

    code: ClassVar[str] = "lead"
    minutes: MinutesOrNone = 0
    days: Days = 0
    walk_ins: bool = False
    open_days: bool = False
    """Only days on which the place is open count: two working days before."""
    until: Clock | None = None
    """On the last of these days until that time only: the day before, until 17:00."""

    def words(self, names: Names) -> str:
        parts = []
        if self.minutes:
            length = wording.length(self.minutes)
            parts.append(_("Reserve at least %(length)s before it begins.", length=length))
        if self.days == 1:
            parts.append(_("Reserve the day before at the latest."))
        elif self.days:
            parts.append(_("Reserve at least %(count)s days before.", count=self.days))
        if self.until is not None:
            parts.append(_("On the last of these days, ask before %(clock)s.", clock=wording.clock(self.until)))
        if self.days and self.open_days:
            parts.append(_("Only days on which the place is open count."))
        if self.walk_ins:
            parts.append(_("Who is there may start at once while it is free."))
        return " ".join(parts)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if self.walk_ins and case.is_walk_in:
            return
        early = case.period.start < case.now + timedelta(minutes=self.minutes)
        if early or self._days_between(case) < self.days:
            yield Refusal("lead", self.words(case.names), remedy=_("Choose a later time."))

    def _days_between(self, case: Case) -> int:
        """The days from today up to that on which it begins; not more of them than are needed."""
        first = case.today
        if self.until is not None and case.now >= at_minute(first, self.until, case.zone):
            first += timedelta(days=1)
        days = (case.first_day - first).days
        if not self.open_days:
            return days
        each = (first + timedelta(days=more) for more in range(days))
        return sum(1 for _day in islice((day for day in each if case.is_open_on(day)), self.days))

    @property
    def trouble(self) -> str:
        return "" if self.minutes or self.days or self.until is not None else _("Say how long before.")


@checked(frozen=True, kw_only=True)
class Release:
    """On a weekday, at a minute of it, the days from one weekday to another can be reserved."""

    weekday: Weekday
    at_minute: Clock = 0
    first_weekday: Weekday
    last_weekday: Weekday
    weeks_before: Annotated[int, Field(ge=0, le=52, json_schema_extra={"unit": "count"})] = 0
    """So many weeks earlier than the weekday before those days."""

    def covers(self, day: date) -> bool:
        """Tell whether it releases a day."""
        return (day.weekday() - self.first_weekday) % 7 <= (self.last_weekday - self.first_weekday) % 7

    def released_at(self, day: date, zone: ZoneInfo) -> datetime:
        """When it releases a day: on its weekday before the first of the days, or on that day itself."""
        first = day - timedelta(days=(day.weekday() - self.first_weekday) % 7)
        released = first - timedelta(days=(first.weekday() - self.weekday) % 7, weeks=self.weeks_before)
        return at_minute(released, self.at_minute, zone)


@dataclass(frozen=True, kw_only=True)
class Waves(Rule):
    """Days can be reserved from fixed weekdays on: on Monday those from Wednesday to Friday."""

    code: ClassVar[str] = "waves"
    releases: Annotated[tuple[Release, ...], Field(min_length=1, max_length=14)]

    def words(self, names: Names) -> str:
        shown = [
            _(
                "on %(weekday)s at %(clock)s for %(first)s to %(last)s",
                weekday=wording.weekday(item.weekday),
                clock=wording.clock(item.at_minute),
                first=wording.weekday(item.first_weekday),
                last=wording.weekday(item.last_weekday),
            )
            + (
                " " + n_("(%(count)s week before)", "(%(count)s weeks before)", item.weeks_before)
                if item.weeks_before
                else ""
            )
            for item in self.releases
        ]
        return _("Times are released %(waves)s.", waves=wording.listed(shown))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        dates = [item.released_at(case.first_day, case.zone) for item in self.releases if item.covers(case.first_day)]
        if dates and case.now >= min(dates):
            return
        remedy = _("It opens on %(when)s.", when=show_moment(min(dates), case.zone)) if dates else ""
        yield Refusal("waves", self.words(case.names), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Months(Rule):
    """A whole month can be reserved from a day of a month before on: March from 20 February on."""

    code: ClassVar[str] = "months"
    day: Annotated[int, Field(ge=1, le=31, json_schema_extra={"unit": "day"})]
    months_before: Annotated[int, Field(ge=1, le=24, json_schema_extra={"unit": "count"})] = 1
    at_minute: Clock = 0

    def words(self, names: Names) -> str:
        return n_(
            "A month is open from day %(day)s, %(count)s month before, at %(clock)s.",
            "A month is open from day %(day)s, %(count)s months before, at %(clock)s.",
            self.months_before,
            day=self.day,
            clock=wording.clock(self.at_minute),
        )

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        year, month = divmod(case.first_day.year * 12 + case.first_day.month - 1 - self.months_before, 12)
        opens = at_minute(day_in(year, (month + 1, self.day)), self.at_minute, case.zone)
        if case.now < opens:
            remedy = _("It opens on %(when)s.", when=show_moment(opens, case.zone))
            yield Refusal("months", self.words(case.names), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Starts(Rule):
    """It begins at some times of the day only, or every so many minutes from midnight."""

    code: ClassVar[str] = "starts"
    at: Annotated[tuple[Clock, ...], Field(max_length=48)] = ()
    every: Minutes | None = None

    def words(self, names: Names) -> str:
        if self.at:
            return _("It begins at %(times)s.", times=wording.listed(map(wording.clock, sorted(self.at)), last="or"))
        return _("It begins every %(length)s, counted from midnight.", length=wording.length(self.every or DAY))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        local = case.period.start.astimezone(case.zone)
        minute, exact = local.hour * 60 + local.minute, not (local.second or local.microsecond)
        fits = minute in self.at or (self.every is not None and minute % self.every == 0)
        if not (fits and exact) and not case.is_walk_in:
            yield Refusal("starts", self.words(case.names), remedy=_("Choose one of these times."))

    @property
    def trouble(self) -> str:
        return "" if self.at or self.every else _("Say at which times it may begin.")


@dataclass(frozen=True, kw_only=True)
class Between(Rule):
    """The whole of it lies within some hours of some weekdays."""

    code: ClassVar[str] = "between"
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    from_minute: Clock = 0
    to_minute: Clock = DAY

    @property
    def times(self) -> Times:
        """Those hours."""
        window = Window(weekdays=self.weekdays, from_minute=self.from_minute, to_minute=self.to_minute)
        return Times(windows=(window,))

    def words(self, names: Names) -> str:
        return _("It is used %(when)s only.", when=wording.when(self.times) or _("at any time"))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if self.times.parts(case.period, case.zone) != [case.period]:
            yield Refusal("between", self.words(case.names), remedy=_("Choose a time within these hours."))


@dataclass(frozen=True, kw_only=True)
class EndsBeforeClosing(Rule):
    """It is over so long before the site closes to the person."""

    code: ClassVar[str] = "ends_before_closing"
    minutes: Minutes

    def words(self, names: Names) -> str:
        return _("It ends at least %(length)s before closing.", length=wording.length(self.minutes))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        longer = Period(case.period.start, case.period.end + timedelta(minutes=self.minutes))
        if case.hours.is_open(case.level, case.period) and not case.hours.is_open(case.level, longer):
            yield Refusal("ends_before_closing", self.words(case.names), remedy=_("Begin earlier, or make it shorter."))


@dataclass(frozen=True, kw_only=True)
class OverClosing(Rule):
    """It may go on while the site is closed: a loan over night, a long print; it begins, and perhaps ends, in open
    hours.
    """

    code: ClassVar[str] = "over_closing"
    ends_open: bool = True

    def words(self, names: Names) -> str:
        if self.ends_open:
            return _("It may go on while the place is closed; it begins and ends in open hours.")
        return _("It may go on while the place is closed; it begins in open hours.")

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        moment = timedelta(minutes=1)
        begins = Period(case.period.start, case.period.start + moment)
        # Who brings it back at the minute of opening brings it back in open hours.
        ends = Period(case.period.end - moment, case.period.end), Period(case.period.end, case.period.end + moment)
        if not case.hours.is_open(case.level, begins):
            yield Refusal("over_closing", _("It is closed when this begins."), remedy=_("Begin in open hours."))
        if self.ends_open and not any(case.hours.is_open(case.level, part) for part in ends):
            yield Refusal("over_closing", _("It is closed when this ends."), remedy=_("End in open hours."))
