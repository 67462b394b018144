"""What terms come to: exact cents, and never more than was said when it was reserved."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fablab.booking.rules import costs
from fablab.booking.rules.costs import Terms
from fablab.booking.rules.terms import Cancellation, CheckIn

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
rules = st.builds(
    Cancellation,
    minutes=st.integers(0, 3000),
    strikes=st.booleans(),
    fee_cents=st.integers(0, 10_000_00),
    price_percent=st.integers(0, 100),
    also_missed=st.booleans(),
    free_if_taken=st.booleans(),
    strikes_before=st.integers(0, 3),
)
prices = st.none() | st.fractions(min_value=0, max_value=100_000, max_denominator=3600)
terms = st.builds(Terms, cancellations=st.lists(rules, max_size=3).map(tuple), price=prices)
moments = st.integers(-3100, 100).map(lambda minutes: START + timedelta(minutes=minutes))


@given(terms, moments)
def test_the_harshest_of_the_rules_whose_deadline_is_past_is_what_it_costs_to_the_cent(
    held: Terms, now: datetime
) -> None:
    late = [rule for rule in held.cancellations if (START - now) < timedelta(minutes=rule.minutes)]
    found = costs.of_giving_back(held, START, now)

    def cents(rule: Cancellation) -> int:
        exact = Fraction(rule.fee_cents) + Fraction(rule.price_percent, 100) * (held.price or 0)
        return int(exact + Fraction(1, 2))

    assert found.cents == max([0, *(cents(rule) for rule in late)])
    assert found.cents_if_taken == max([0, *(cents(rule) for rule in late if not rule.free_if_taken)])
    assert found.strikes == any(rule.strikes for rule in late)
    assert 0 <= found.cents_if_taken <= found.cents


@given(terms, terms, moments)
def test_terms_of_later_never_cost_more(then: Terms, later: Terms, now: datetime) -> None:
    before, after = (costs.of_giving_back(item, START, now) for item in (then, later))
    found = costs.kinder(before, after)

    assert found.cents == min(before.cents, after.cents)
    assert found.cents_if_taken <= min(found.cents, before.cents_if_taken, after.cents_if_taken)
    assert found.strikes <= min(before.strikes, after.strikes)
    assert found.strikes_if_taken <= found.strikes
    assert costs.kinder(before, before) == before
    missed = costs.of_missing(then)
    assert not missed.waits
    assert missed.cents >= max([0, *(rule.fee_cents for rule in then.cancellations if rule.also_missed)])


@given(terms, moments, st.integers(0, 3))
def test_who_has_more_strikes_never_pays_less(held: Terms, now: datetime, count: int) -> None:
    fewer, more = (costs.of_giving_back(costs.for_strikes(held, item), START, now) for item in (count, count + 1))

    assert fewer.cents <= more.cents
    assert fewer.strikes <= more.strikes
    assert costs.for_strikes(held, 3) == held


check_ins = st.builds(
    CheckIn, before_minutes=st.integers(0, 60), grace_minutes=st.integers(1, 60), is_missed=st.booleans()
)


@given(st.lists(check_ins, min_size=1, max_size=3), st.none() | check_ins)
def test_of_several_rules_about_checking_in_the_shortest_grace_holds_and_of_then_and_now_the_longer(
    several: list[CheckIn], other: CheckIn | None
) -> None:
    found = costs.terms_of(several).check_in
    assert found is not None
    assert found.grace_minutes == min(rule.grace_minutes for rule in several)
    kinder = costs.kinder_check_in(found, other)
    assert (kinder is None) == (other is None)
    if kinder is not None and other is not None:
        assert kinder.grace_minutes == max(found.grace_minutes, other.grace_minutes)
        assert kinder.is_missed == (found.is_missed and other.is_missed)


parts = st.lists(st.tuples(st.integers(-2, 12), st.integers(1, 8), st.integers(1, 3)), max_size=6)


@given(parts, st.integers(1, 3))
def test_a_time_is_taken_again_if_so_many_places_of_each_minute_are(
    found: list[tuple[int, int, int]], places: int
) -> None:
    minute = timedelta(minutes=1)
    taken = [(START + start * minute, START + (start + length) * minute, count) for start, length, count in found]
    by_minute = [sum(count for start, length, count in found if start <= at < start + length) for at in range(10)]

    covered = costs.is_covered((START, START + 10 * minute), places, taken)

    assert covered == all(count >= places for count in by_minute)
