"""Asking all the rules that are in force about a wish."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names, Thing
from fablab.booking.rules.kind import Rule
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.who import Exempt
from fablab.core.period import Period
from fablab.core.refusals import Refusal

R = TypeVar("R", bound=Rule)
TIMELY = frozenset(
    (
        *("past", "too_far", "too_short", "too_long", "access_level", "closed", "unstaffed", "taken", "unavailable"),
        *(
            "ahead",
            "length_least",
            "length_most",
            "length_step",
            "lengths",
            "blocks",
            "lead",
            "waves",
            "months",
            "starts",
        ),
        *("between", "ends_before_closing", "over_closing", "quota", "capacity", "gap", "at_once", "supervised"),
        *("not_for", "review", "draw", "pace"),
    )
)
"""What another time may mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A rule of the lab with its scope; `overridable` by staff, and perhaps `instead` of wider ones about the same."""

    id: int
    rule: Rule
    scope: Scope
    overridable: bool = True
    instead: bool = False
    note: str = ""

    def sentence(self, names: Names) -> str:
        """What it says and for whom, as the machine's page, the booking sheet and the policy show it."""
        about = ", ".join(part for part in (wording.whom(self.scope, names), wording.when(self.scope.times)) if part)
        said = f"{self.rule.words(names)} {self.note}".strip()
        return wording.said_of(f"{about[:1].upper()}{about[1:]}", said) if about else said


def in_force(rulings: Iterable[Ruling], case: Case) -> list[Ruling]:
    """The rules that concern a wish: without those that another stands instead of, or that its person is free of."""
    found = [item for item in rulings if item.scope.concerns(case)]
    kept = [item for item in found if not any(_replaces(other, item) for other in found)]
    freeing = [item.rule for item in kept if isinstance(item.rule, Exempt)]
    return [
        item
        for item in kept
        if isinstance(item.rule, Exempt) or not any(not rule.codes or item.rule.code in rule.codes for rule in freeing)
    ]


def refusals(rulings: Iterable[Ruling], case: Case) -> Iterator[Refusal]:
    """Every reason that these rules have against a wish that they concern."""
    for item in rulings:
        for reason in item.rule.against(case, item.scope):
            note = f" {item.note}" if item.note else ""
            yield replace(reason, message=f"{reason.message}{note}", overridable=item.overridable, rule_id=item.id)


def of_kind(rulings: Iterable[Ruling], kind: type[R]) -> list[R]:
    """The rules of a kind among these."""
    return [item.rule for item in rulings if isinstance(item.rule, kind)]


def latest(rulings: Iterable[Ruling], kind: type[R]) -> R | None:
    """The rule of a kind that was written last, where only one can hold; None if there is none."""
    return next(reversed(of_kind(rulings, kind)), None)


def reach(rulings: Iterable[Ruling], thing: Thing, period: Period, now: datetime, zone: ZoneInfo) -> Period | None:
    """The time whose reservations must be known to judge a wish for a period; None if no rule counts any."""
    parts = [
        part
        for item in rulings
        if item.scope.covers(thing) and (part := item.rule.reach(period, now, zone, item.scope))
    ]
    return Period(min(part.start for part in parts), max(part.end for part in parts)) if parts else None


def _replaces(one: Ruling, other: Ruling) -> bool:
    return one.instead and one.rule.topic == other.rule.topic and other.scope.is_wider_than(one.scope)
