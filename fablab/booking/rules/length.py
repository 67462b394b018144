"""How long: bounds, steps, offered lengths, whole blocks, and the time around."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic.dataclasses import dataclass as checked

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import Clock, Minutes, MinutesOrNone, Rule, Weekday
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, at_minute
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class Length(Rule):
    """At least, at most, and in steps of so many minutes."""

    code: ClassVar[str] = "length"
    least: Minutes | None = None
    most: Minutes | None = None
    step: Minutes | None = None

    def words(self, names: Names) -> str:
        parts = []
        if self.least is not None:
            parts.append(_("at least %(length)s", length=wording.length(self.least)))
        if self.most is not None:
            parts.append(_("at most %(length)s", length=wording.length(self.most)))
        if self.step is not None:
            parts.append(_("in steps of %(length)s", length=wording.length(self.step)))
        return _("A reservation lasts %(what)s.", what=wording.listed(parts))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        minutes = case.period.seconds / 60
        if self.least is not None and minutes < self.least:
            text = _("A reservation lasts at least %(length)s here.", length=wording.length(self.least))
            yield Refusal("length_least", text, remedy=_("Make it longer."))
        if self.most is not None and minutes > self.most:
            text = _("A reservation lasts at most %(length)s here.", length=wording.length(self.most))
            yield Refusal("length_most", text, remedy=_("Make it shorter, or take two on different days."))
        if self.step is not None and minutes % self.step:
            text = _("A reservation lasts a multiple of %(length)s here.", length=wording.length(self.step))
            yield Refusal("length_step", text, remedy=_("Make it a little longer or shorter."))

    @property
    def trouble(self) -> str:
        if self.least is None and self.most is None and self.step is None:
            return _("Say how long at least, how long at most, or in which steps.")
        if self.least is not None and self.most is not None and self.least > self.most:
            return _("It cannot be longer at least than at most.")
        return ""


@dataclass(frozen=True, kw_only=True)
class Lengths(Rule):
    """One of some lengths, in minutes."""

    code: ClassVar[str] = "lengths"
    minutes: Annotated[tuple[Minutes, ...], Field(min_length=1, max_length=24)]

    def words(self, names: Names) -> str:
        shown = wording.listed((wording.length(item) for item in sorted(self.minutes)), last="or")
        return _("A reservation lasts %(lengths)s.", lengths=shown)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if case.period.seconds not in {item * 60 for item in self.minutes}:
            yield Refusal("lengths", self.words(case.names), remedy=_("Choose one of these lengths."))


@checked(frozen=True, kw_only=True)
class Block:
    """From a minute of one weekday to a minute of that or a later one."""

    from_weekday: Weekday
    from_minute: Clock = 0
    to_weekday: Weekday
    to_minute: Clock = DAY

    def period_from(self, day: date, zone: ZoneInfo) -> Period | None:
        """The block that begins on a day; None if it begins on another weekday."""
        if day.weekday() != self.from_weekday:
            return None
        more = (self.to_weekday - self.from_weekday) % 7
        if more == 0 and self.to_minute <= self.from_minute:
            more = 7
        start = at_minute(day, self.from_minute, zone)
        end = at_minute(day + timedelta(days=more), self.to_minute, zone)
        return Period(start, end) if start < end else None


@dataclass(frozen=True, kw_only=True)
class Blocks(Rule):
    """Whole blocks only: half-days, days, Friday to Sunday."""

    code: ClassVar[str] = "blocks"
    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=28)]

    def words(self, names: Names) -> str:
        shown = [self._block(item) for item in self.blocks]
        return _("It is reserved in whole blocks only: %(blocks)s.", blocks=", ".join(shown))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if not self._fits(case.period, case.zone):
            yield Refusal("blocks", self.words(case.names), remedy=_("Choose one of these blocks as a whole."))

    def _fits(self, wanted: Period, zone: ZoneInfo) -> bool:
        """Whole blocks, one after another, from its start to its end."""
        start = wanted.start
        while start < wanted.end:
            day = start.astimezone(zone).date()
            ends = [
                part.end
                for block in self.blocks
                if (part := block.period_from(day, zone)) and part.start == start and part.end <= wanted.end
            ]
            if not ends:
                return False
            start = max(ends)
        return True

    def _block(self, item: Block) -> str:
        first, last = wording.weekday(item.from_weekday), wording.weekday(item.to_weekday)
        begins, ends = wording.clock(item.from_minute), wording.clock(item.to_minute)
        if item.from_weekday == item.to_weekday and item.to_minute > item.from_minute:
            return f"{first} {begins}–{ends}"
        return f"{first} {begins} – {last} {ends}"


@dataclass(frozen=True, kw_only=True)
class Buffer(Rule):
    """Time to set up and to clean: inside the reservation, or around it and kept free for it."""

    code: ClassVar[str] = "buffer"
    before: MinutesOrNone = 0
    after: MinutesOrNone = 0
    is_inside: bool = False

    def words(self, names: Names) -> str:
        parts = []
        if self.before:
            parts.append(_("%(length)s to set up", length=wording.length(self.before)))
        if self.after:
            parts.append(_("%(length)s to clean", length=wording.length(self.after)))
        shown = wording.listed(parts)
        if self.is_inside:
            return _("Plan %(what)s within your reservation.", what=shown)
        return _("%(what)s around each reservation are kept free.", what=shown)

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if self.is_inside and case.period.seconds <= (self.before + self.after) * 60:
            yield Refusal("buffer", self.words(case.names), remedy=_("Make it longer."))

    @property
    def around(self) -> tuple[timedelta, timedelta]:
        """What is kept free before and after a reservation."""
        if self.is_inside:
            return timedelta(0), timedelta(0)
        return timedelta(minutes=self.before), timedelta(minutes=self.after)

    @property
    def trouble(self) -> str:
        return "" if self.before or self.after else _("Say how long it takes to set up, or to clean.")
