"""Who comes first where many want the same: nobody grabs all at once, chance decides, or some pass before others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import Clock, Days, Minutes, MinutesOrNone, Rule, Weekday
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import at_minute
from fablab.core.i18n import _, n_, show_moment
from fablab.core.refusals import Refusal

Rank = Annotated[int, Field(ge=1, le=9, json_schema_extra={"unit": "count"})]
Some = Annotated[int, Field(ge=1, le=1000, json_schema_extra={"unit": "count"})]


@dataclass(frozen=True, kw_only=True)
class Pace(Rule):
    """A member asks for at most so many reservations within so long: whoever is quick, or has a program that is, leaves
    something to others when a time is released. What was given back counts too.
    """

    code: ClassVar[str] = "pace"
    most: Some
    minutes: Minutes = 10

    def words(self, names: Names) -> str:
        said = n_("You may reserve %(count)s time", "You may reserve %(count)s times", self.most)
        return _("%(times)s within %(length)s.", times=said, length=wording.length(self.minutes))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        since = case.now - timedelta(minutes=self.minutes)
        recent = sorted(item.created_at for item in case.recent if item.created_at > since and scope.counts(item))
        if len(recent) >= self.most:
            again = recent[-self.most] + timedelta(minutes=self.minutes)
            remedy = _("Ask again from %(when)s on.", when=show_moment(again, case.zone))
            yield Refusal("pace", self.words(case.names), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Draw(Rule):
    """Its times are drawn so many days before: until then people only say what they wish, and whoever is quick has
    nothing of it. What is left can then be reserved.
    """

    code: ClassVar[str] = "draw"
    days: Days = 3
    """So many days before the day on which it begins."""
    at_minute: Clock = 720
    weekday: Weekday | None = None
    """Always on this weekday, and so on that day or on the last such one before."""
    most: Some = 3
    """So many wishes at most in one draw."""
    wins: Some = 1
    """So many of them at most are granted."""

    @property
    def trouble(self) -> str:
        return _("A draw is made before the day begins: at least one day before.") if self.days < 1 else ""

    def words(self, names: Names) -> str:
        if self.weekday is None:
            when = n_("%(count)s day before", "%(count)s days before", self.days)
        else:
            when = n_(
                "every %(weekday)s, for times from %(count)s day later on",
                "every %(weekday)s, for times from %(count)s days later on",
                self.days,
                weekday=wording.weekday(self.weekday),
            )
        text = _("Its times are drawn: %(when)s, at %(time)s.", when=when, time=wording.clock(self.at_minute))
        most = n_("One may wish for %(count)s time.", "One may wish for %(count)s times.", self.most)
        return f"{text} {most}"

    def draws_at(self, day: date, zone: ZoneInfo) -> datetime:
        """When what begins on a day is drawn."""
        base = day - timedelta(days=self.days)
        if self.weekday is not None:
            base -= timedelta(days=(base.weekday() - self.weekday) % 7)
        return at_minute(base, self.at_minute, zone)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        at = self.draws_at(case.first_day, case.zone)
        if case.now < at and not case.by_staff:
            remedy = _("Say until %(when)s that you wish for it.", when=show_moment(at, case.zone))
            yield Refusal("draw", self.words(case.names), remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Priority(Rule):
    """Whoever it concerns passes before those of a lower rank, and before all who have none: they may take what these
    reserved, at least so long before it begins.
    """

    code: ClassVar[str] = "priority"
    rank: Rank = 1
    notice_minutes: MinutesOrNone = 2880

    def words(self, names: Names) -> str:
        length = wording.length(self.notice_minutes)
        return _("You pass first: until %(length)s before, you may take what others reserved.", length=length)
