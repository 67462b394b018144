"""How long: bounds, steps, offered lengths, whole blocks, and the time around."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic.dataclasses import dataclass as checked

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import Clock, Minutes, MinutesOrNone, Rule, Weekday
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import DAY, at_minute
from fablab.core.i18n import _, n_
from fablab.core.period import Period
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class Length(Rule):
    """At least, at most, and in steps of so many minutes."""

    code: ClassVar[str] = "length"
    least: Minutes | None = None
    most: Minutes | None = None
    step: Minutes | None = None
    open_hours: bool = False
    """Only the time while the place is open to the person counts: a loan of six working hours."""

    def words(self, names: Names) -> str:
        parts = []
        if self.least is not None:
            parts.append(_("at least %(length)s", length=wording.length(self.least)))
        if self.most is not None:
            parts.append(_("at most %(length)s", length=wording.length(self.most)))
        if self.step is not None:
            parts.append(_("in steps of %(length)s", length=wording.length(self.step)))
        text = _("A reservation lasts %(what)s.", what=wording.listed(parts))
        return f"{text} " + _("Only open hours count.") if self.open_hours else text

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        counted = case.hours.open(case.level, case.period) if self.open_hours else [case.period]
        minutes = sum(part.seconds for part in counted) / 60
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
    most: Annotated[int, Field(ge=1, le=28, json_schema_extra={"unit": "count"})] | None = None
    """So many of them in one reservation; None: as many as follow each other."""

    def words(self, names: Names) -> str:
        shown = [self._block(item) for item in self.blocks]
        text = _("It is reserved in whole blocks only: %(blocks)s.", blocks=", ".join(shown))
        if self.most is None:
            return text
        more = n_("At most %(count)s block at a time.", "At most %(count)s blocks at a time.", self.most)
        return f"{text} {more}"

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if not self._fits(case.period, case.zone):
            yield Refusal("blocks", self.words(case.names), remedy=_("Choose one of these blocks as a whole."))

    def _fits(self, wanted: Period, zone: ZoneInfo) -> bool:
        """Whole blocks, one after another, from its start to its end, in one way or another."""
        reached, count = {wanted.start}, 0
        while reached and (self.most is None or count < self.most):
            reached = {end for start in reached for end in self._ends(start, zone) if end <= wanted.end}
            if wanted.end in reached:
                return True
            count += 1
        return False

    def _ends(self, start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """When the blocks end that begin at an instant."""
        day = start.astimezone(zone).date()
        for block in self.blocks:
            # What begins at 24:00 begins on the day before.
            for begun in (day, day - timedelta(days=1)):
                part = block.period_from(begun, zone)
                if part and part.start == start:
                    yield part.end

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


def with_buffers(period: Period, buffers: Iterable[Buffer]) -> Period:
    """A reservation's time with the longest time before and after it that any of these rules keeps free."""
    around = [rule.around for rule in buffers]
    before = max((item[0] for item in around), default=timedelta(0))
    after = max((item[1] for item in around), default=timedelta(0))
    return Period(period.start - before, period.end + after)
