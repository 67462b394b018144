"""On which terms a reservation is had: kept when it is made, and what they come to now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking import deciding, lateness, staff
from fablab.booking.deciding import Question
from fablab.booking.lateness import Owed
from fablab.booking.models import Nature, Reservation, ReservationState, ReviewState
from fablab.booking.policy import cases
from fablab.booking.purse import purse
from fablab.booking.rules import catalogue, costs, judging
from fablab.booking.rules.costs import Cost, Terms
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.kind import Rule
from fablab.booking.rules.terms import Cancellation, CheckIn, LateReturn, Review
from fablab.booking.rules.who import Exempt
from fablab.booking.wishes import wish_of
from fablab.core.i18n import _, show_money
from fablab.core.refusals import Refusal
from fablab.members.actor import Actor
from fablab.members.conduct import strikes
from fablab.members.conduct.rules import SECOND_THOUGHTS

KEPT = (CheckIn, Cancellation, LateReturn)
"""Rules that a reservation keeps as they were when it was made."""


def keep(session: Session, row: Reservation, rulings: Iterable[Ruling], owed: Owed | None = None) -> None:
    """Write down the terms on which somebody has it from now on: what they were shown. `owed` is what giving it back
    would have cost when it was moved: moving it is no way around that.
    """
    rules = [item.rule for item in rulings if isinstance(item.rule, KEPT)]
    if row.nature != Nature.MEMBER or not (rules or owed):
        row.terms = None
        return
    price = _price(session, row) if _asks_price(costs.terms_of(rules)) else None
    kept: dict[str, Any] = {
        "rules": [{"kind": rule.code, "params": catalogue.params_of(rule)} for rule in rules],
        "price": None if price is None else f"{price.numerator}/{price.denominator}",
    }
    row.terms = kept | lateness.kept(owed)


def ask_review(row: Reservation, actor: Actor, rulings: Iterable[Ruling], now: datetime) -> None:
    """Make it a request where staff approve it first; what they reserve for others is approved with it."""
    rules = [item.rule for item in rulings if isinstance(item.rule, Review)]
    row.review = row.review_by = row.reviewed_at = row.reviewed_by_id = None
    if not rules or row.nature != Nature.MEMBER:
        return
    if staff.act_on(actor, row):
        row.review, row.reviewed_at, row.reviewed_by_id = ReviewState.APPROVED, now, actor.member_id
        return
    hours = max(1, min(rule.hours for rule in rules))
    row.review, row.review_by = ReviewState.ASKED, min(row.starts_at, now + timedelta(hours=hours))


def check_in_of(session: Session, row: Reservation, now: datetime) -> CheckIn | None:
    """On which terms somebody has to check in; None where they need not."""
    then = _then(row)
    return costs.kinder_check_in(then.check_in, _now(session, row, then, now).check_in) if then.check_in else None


def cost_of_cancelling(session: Session, actor: Actor, row: Reservation, now: datetime) -> Cost:
    """What the lab's rules ask for if it is given back now; a strike by the site's conduct policy is another matter.

    It costs nothing where `lateness.counts` says that nothing does, and within ten minutes of the second thought.
    """
    owed = lateness.owed_of(row).cost
    then = _graded(session, row, _then(row), now)
    if not lateness.counts(session, actor, row, now):
        return costs.NOTHING
    return costs.harsher(owed, _cost_of_cancelling(session, row, then, now))


def owed_when_moved(session: Session, actor: Actor, row: Reservation, now: datetime) -> Owed | None:
    """What giving it back would cost at the moment at which its member moves it; None where that is nothing."""
    cost = cost_of_cancelling(session, actor, row, now)
    is_late = lateness.late(session, actor, row, now) is not None
    return Owed(cost, is_late) if is_late or not cost.is_nothing else None


def _cost_of_cancelling(session: Session, row: Reservation, then: Terms, now: datetime) -> Cost:
    if not then.cancellations:
        return costs.NOTHING
    if now < row.starts_at and now < row.created_at + SECOND_THOUGHTS:
        return costs.NOTHING
    before = costs.of_giving_back(then, row.starts_at, now)
    if before.is_nothing:
        return before
    found = costs.kinder(before, costs.of_giving_back(_graded_now(session, row, then, now), row.starts_at, now))
    return found if now < row.starts_at else found.at_once


def cost_of_missing(session: Session, row: Reservation, now: datetime) -> Cost:
    """What the lab's rules ask for if nobody came; nothing where the time could not be used anyway."""
    then = _graded(session, row, _then(row), now)
    before = costs.of_missing(then)
    if row.nature != Nature.MEMBER or before.is_nothing or not lateness.could_be_used(session, row, now):
        return costs.NOTHING
    return costs.kinder(before, costs.of_missing(_graded_now(session, row, then, now)))


def asks_return(row: Reservation) -> bool:
    """Tell whether staff say when it was brought back."""
    return bool(_then(row).returns)


def cost_of_returning(session: Session, row: Reservation, at: datetime, now: datetime) -> Cost:
    """What the lab's rules ask for if it was brought back at that moment."""
    late, then = at - row.ends_at, _then(row)
    before = costs.of_returning(then, late, row.places)
    if row.nature != Nature.MEMBER or before.is_nothing:
        return costs.NOTHING
    return costs.kinder(before, costs.of_returning(_now(session, row, then, now), late, row.places))


def costs_more(cents: int) -> Refusal:
    """Why nothing is given back: it costs so much, and somebody agreed to less."""
    text = _("Giving it back now costs %(fee)s. Confirm that you know.", fee=show_money(cents))
    return Refusal("costs", text)


def is_standing(row: Reservation, now: datetime) -> bool:
    """Tell whether it is neither over nor given back."""
    return row.state == ReservationState.BOOKED and row.ends_at > now


def _then(row: Reservation) -> Terms:
    """The terms on which it was reserved."""
    kept = row.terms or {}
    rules = [catalogue.rule_of(item["kind"], item["params"]) for item in kept.get("rules", [])]
    return costs.terms_of(rules, Fraction(kept["price"]) if kept.get("price") else None)


def _now(session: Session, row: Reservation, then: Terms, now: datetime) -> Terms:
    """The terms that are in force for it now; its price is the lower one of then and now."""
    rules = [item.rule for item in in_force(session, row, now, KEPT)]
    found = costs.terms_of(rules)
    if not _asks_price(found) or then.price is None:
        return found
    price = _price(session, row)
    return costs.terms_of(rules, None if price is None else min(price, then.price))


def _graded(session: Session, row: Reservation, found: Terms, now: datetime) -> Terms:
    """The terms as they are for its member, where some hold only for whoever has strikes already."""
    if not any(rule.strikes_before for rule in found.cancellations):
        return found
    return costs.for_strikes(found, strikes.standing_at(session, row.member_id, row.resource.site_id, now))


def _graded_now(session: Session, row: Reservation, then: Terms, now: datetime) -> Terms:
    return _graded(session, row, _now(session, row, then, now), now)


def in_force(session: Session, row: Reservation, now: datetime, kinds: tuple[type[Rule], ...]) -> list[Ruling]:
    """The rules of these kinds that concern a reservation now."""
    asked = Question(wish=wish_of(row), actor=Actor(row.member_id), now=now)
    found = deciding.rulings_for(session, row.resource, asked)
    found = [item for item in found if isinstance(item.rule, (*kinds, Exempt))]
    if not any(isinstance(item.rule, kinds) for item in found):
        return []
    site = row.resource.site
    who = cases.known(session, [row.member_id], site.id, now, found)[row.member_id]
    held = judging.in_force(found, cases.base_case(asked.wish, row.resource, who.person, site.zone, now))
    return [item for item in held if isinstance(item.rule, kinds)]


def _asks_price(terms: Terms) -> bool:
    return any(rule.price_percent for rule in terms.cancellations)


def _price(session: Session, row: Reservation) -> Fraction | None:
    return purse().cost(session, deciding.expense(session, row.resource, wish_of(row)))
