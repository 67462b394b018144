"""How close: time between one's own reservations, and how many at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.holding import Each, Holder, alike, is_held
from fablab.booking.rules.kind import Count, Minutes, Rule
from fablab.booking.rules.quota import fullest
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import _, n_, show_period
from fablab.core.period import Period
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class Gap(Rule):
    """So much time between two reservations of one person, so that none are chained."""

    code: ClassVar[str] = "gap"
    minutes: Minutes
    each: Each = Each.RESOURCE

    def words(self, names: Names) -> str:
        return _("Leave %(length)s between two reservations of yours.", length=wording.length(self.minutes))

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        gap = timedelta(minutes=self.minutes)
        around = Period(case.period.start - gap, case.period.end + gap)
        for item in case.mine:
            if scope.counts(item) and alike(self.each, item.thing, case.thing) and item.period.overlaps(around):
                text = _("You have %(when)s.", when=show_period(item.period, case.zone))
                remedy = _("Choose a time further away from it, or change that one.")
                yield Refusal("gap", f"{self.words(case.names)} {text}", remedy=remedy)
                return

    def reach(self, period: Period, now: datetime, zone: ZoneInfo, scope: Scope) -> Period | None:
        gap = timedelta(minutes=self.minutes)
        return Period(period.start - gap, period.end + gap)


@dataclass(frozen=True, kw_only=True)
class AtOnce(Rule):
    """At most so many reservations at the same time, of one person, or of all who share an account or a project."""

    code: ClassVar[str] = "at_once"
    most: Count = 1
    each: Each = Each.TOGETHER
    holder: Holder = Holder.MEMBER

    def words(self, names: Names) -> str:
        if self.holder == Holder.ACCOUNT:
            return n_(
                "At most %(count)s reservation of all on the same account at the same time.",
                "At most %(count)s reservations of all on the same account at the same time.",
                self.most,
            )
        if self.holder != Holder.MEMBER:
            return n_(
                "At most %(count)s reservation for the same project at the same time.",
                "At most %(count)s reservations for the same project at the same time.",
                self.most,
            )
        return n_(
            "At most %(count)s reservation of yours at the same time.",
            "At most %(count)s reservations of yours at the same time.",
            self.most,
        )

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        parts = scope.times.parts(case.period, case.zone)
        others = [
            item
            for item in case.own
            if item.is_standing
            and is_held(self.holder, item, case)
            and scope.counts(item)
            and alike(self.each, item.thing, case.thing)
            and any(item.period.overlaps(part) for part in parts)
        ]
        if max(fullest(others, part, by_place=False) for part in parts) + 1 > self.most:
            shown = "; ".join(f"{item.thing.name}, {show_period(item.period, case.zone)}" for item in others[:3])
            text = _("You have %(when)s.", when=shown) if others else ""
            yield Refusal("at_once", f"{self.words(case.names)} {text}".strip(), remedy=_("Choose another time."))

    def reach(self, period: Period, now: datetime, zone: ZoneInfo, scope: Scope) -> Period | None:
        return period
