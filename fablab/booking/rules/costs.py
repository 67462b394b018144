"""What the terms of a reservation come to. Pure: terms and instants in, what it costs out.

Of several rules the harshest one holds, so that a dearer one may follow a cheaper one as the hour comes nearer. Of the
terms on which something was reserved and those that are in force now the kinder ones hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from fablab.booking.rules.kind import Rule
from fablab.booking.rules.terms import Cancellation, CheckIn, LateReturn
from fablab.core.money import rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms something is had; `price` is that of the whole time in exact cents, None if nobody can say."""

    check_in: CheckIn | None = None
    cancellations: tuple[Cancellation, ...] = ()
    returns: tuple[LateReturn, ...] = ()
    price: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A strike, money, both or nothing: if nobody else takes the time, and if somebody does. Cents include VAT."""

    strikes: bool = False
    strikes_if_taken: bool = False
    cents: int = 0
    cents_if_taken: int = 0

    @property
    def is_nothing(self) -> bool:
        return not self.strikes and not self.cents

    @property
    def waits(self) -> bool:
        """It depends on whether somebody else takes the time."""
        return self.strikes != self.strikes_if_taken or self.cents != self.cents_if_taken

    @property
    def at_once(self) -> "Cost":
        """The same where nobody waits for somebody else."""
        return Cost(strikes=self.strikes, strikes_if_taken=self.strikes, cents=self.cents, cents_if_taken=self.cents)


NOTHING = Cost()


def terms_of(rules: Iterable[Rule], price: Fraction | None = None) -> Terms:
    """The terms that these rules make together."""
    found = list(rules)
    cancellations = tuple(rule for rule in found if isinstance(rule, Cancellation))
    return Terms(
        check_in=_together([rule for rule in found if isinstance(rule, CheckIn)]),
        cancellations=cancellations,
        returns=tuple(rule for rule in found if isinstance(rule, LateReturn)),
        price=price,
    )


def for_strikes(terms: Terms, count: int) -> Terms:
    """The terms of somebody with so many strikes that count."""
    kept = tuple(rule for rule in terms.cancellations if rule.strikes_before <= count)
    return replace(terms, cancellations=kept)


def of_giving_back(terms: Terms, starts_at: datetime, now: datetime) -> Cost:
    """What it costs to give something back now that begins then."""
    late = [rule for rule in terms.cancellations if now > starts_at - timedelta(minutes=rule.minutes)]
    return _cost(late, terms.price)


def of_missing(terms: Terms) -> Cost:
    """What it costs not to come. Nobody waits then for somebody else to take the time."""
    return _cost([rule for rule in terms.cancellations if rule.also_missed], terms.price).at_once


def of_returning(terms: Terms, late: timedelta, places: int) -> Cost:
    """What it costs to bring so many back so late."""
    cents = max((rule.cents(late, places) for rule in terms.returns), default=0)
    return Cost(cents=cents, cents_if_taken=cents)


def kinder(then: Cost, now: Cost) -> Cost:
    """What both ask for."""
    cents = min(then.cents, now.cents)
    strikes = then.strikes and now.strikes
    return Cost(
        strikes=strikes,
        strikes_if_taken=strikes and then.strikes_if_taken and now.strikes_if_taken,
        cents=cents,
        cents_if_taken=min(cents, then.cents_if_taken, now.cents_if_taken),
    )


def harsher(one: Cost, other: Cost) -> Cost:
    """What either of them asks for."""
    return Cost(
        strikes=one.strikes or other.strikes,
        strikes_if_taken=one.strikes_if_taken or other.strikes_if_taken,
        cents=max(one.cents, other.cents),
        cents_if_taken=max(one.cents_if_taken, other.cents_if_taken),
    )


def kinder_check_in(then: CheckIn | None, now: CheckIn | None) -> CheckIn | None:
    """What both ask for; nothing where one of them asks for nothing."""
    if then is None or now is None:
        return None
    return CheckIn(
        before_minutes=max(then.before_minutes, now.before_minutes),
        grace_minutes=max(then.grace_minutes, now.grace_minutes),
        is_missed=then.is_missed and now.is_missed,
    )


def is_covered(within: tuple[datetime, datetime], places: int, taken: Iterable[tuple[datetime, datetime, int]]) -> bool:
    """Tell whether so many places were taken from the first instant to the last; `taken` are start, end and places."""
    start, end = within
    parts = [item for item in taken if item[0] < end and item[1] > start]
    cuts = sorted({start, *(moment for part in parts for moment in part[:2] if start < moment < end)})
    return all(sum(part[2] for part in parts if part[0] <= cut < part[1]) >= places for cut in cuts)


def _together(rules: list[CheckIn]) -> CheckIn | None:
    if not rules:
        return None
    first = min(rules, key=lambda rule: (rule.grace_minutes, rule.is_missed))
    return CheckIn(
        before_minutes=max(rule.before_minutes for rule in rules),
        grace_minutes=first.grace_minutes,
        is_missed=first.is_missed,
    )


def _cost(rules: list[Cancellation], price: Fraction | None) -> Cost:
    sure = [rule for rule in rules if not rule.free_if_taken]
    return Cost(
        strikes=any(rule.strikes for rule in rules),
        strikes_if_taken=any(rule.strikes for rule in sure),
        cents=max((_cents(rule, price) for rule in rules), default=0),
        cents_if_taken=max((_cents(rule, price) for rule in sure), default=0),
    )


def _cents(rule: Cancellation, price: Fraction | None) -> int:
    """The fee and the part of the price, rounded once."""
    return rounded(rule.fee_cents + (price or Fraction(0)) * rule.price_percent / 100)
