"""The arithmetic of invoices against an independent reckoning in decimals, and what no order may change."""

from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fablab.billing.reckoning import Bill, Item, Rate, bill_of

rates = st.builds(
    Rate,
    description=st.sampled_from(["Prusa n°1", "Prusa n°2", "Laser"]),
    price_cents=st.integers(0, 10_000),
    per_seconds=st.sampled_from([60, 3600]),
    gross=st.booleans(),
    vat_rate_bp=st.sampled_from([0, 210, 550, 1000, 2000]),
)
items = st.lists(st.tuples(rates, st.integers(0, 200_000)), max_size=12).map(
    lambda pairs: [Item(number, rate, seconds) for number, (rate, seconds) in enumerate(pairs)]
)


@given(items, st.randoms(use_true_random=False))
def test_the_order_of_charges_never_changes_a_bill(charges: list[Item], chance: Random) -> None:
    shuffled = list(charges)
    chance.shuffle(shuffled)

    assert bill_of(shuffled) == bill_of(charges)


@given(items, st.integers(1, 5))
def test_cutting_a_use_into_parts_never_changes_what_is_paid(charges: list[Item], parts: int) -> None:
    cut = [
        Item(item.charge_id * 10 + part, item.rate, (item.quantity_seconds + part) // parts)
        for item in charges
        for part in range(parts)
    ]

    assert money_of(bill_of(cut)) == money_of(bill_of(charges))


@given(items)
def test_net_and_vat_make_the_gross_in_each_group_and_in_all(charges: list[Item]) -> None:
    bill = bill_of(charges)

    assert bill.net_cents + bill.vat_cents == bill.gross_cents
    assert bill.gross_cents == sum(group.gross_cents for group in bill.groups)
    assert [group.rate_bp for group in bill.groups] == sorted({item.rate.vat_rate_bp for item in charges})
    assert sorted(charge for line in bill.lines for charge in line.charge_ids) == list(range(len(charges)))
    assert sum(line.quantity_seconds for line in bill.lines) == sum(item.quantity_seconds for item in charges)


@given(items)
def test_gross_prices_keep_the_gross_total_to_the_cent(charges: list[Item]) -> None:
    bill = bill_of([replace(item, rate=replace(item.rate, gross=True)) for item in charges])

    assert bill.gross_cents == sum(line.amount_cents for line in bill.lines)


@given(items)
def test_net_prices_keep_the_net_total_to_the_cent(charges: list[Item]) -> None:
    bill = bill_of([replace(item, rate=replace(item.rate, gross=False)) for item in charges])

    assert bill.net_cents == sum(line.amount_cents for line in bill.lines)


@given(items)
def test_two_prices_of_one_resource_are_two_lines_and_one_price_is_one(charges: list[Item]) -> None:
    bill = bill_of(charges)

    assert len({line.rate for line in bill.lines}) == len(bill.lines) == len({item.rate for item in charges})


def test_without_charges_there_is_nothing_to_pay() -> None:
    assert money_of(bill_of([])) == (0, 0, 0)


def test_three_thousand_accounts_agree_with_a_reckoning_in_decimals() -> None:
    chance = Random(20260302)

    for _ in range(3000):
        charges = random_charges(chance)

        assert money_of(bill_of(charges)) == reckoned_in_decimals(charges)


def random_charges(chance: Random) -> list[Item]:
    prices = [
        Rate(
            description=f"Machine {chance.randrange(3)}",
            price_cents=chance.choice((350, 175, 1, 99, 1234, 2000)),
            per_seconds=chance.choice((60, 3600)),
            gross=chance.random() < 0.8,
            vat_rate_bp=chance.choice((2000, 2000, 550, 0)),
        )
        for _ in range(3)
    ]
    return [Item(number, chance.choice(prices), chance.randrange(1, 40_000)) for number in range(chance.randrange(12))]


def reckoned_in_decimals(charges: list[Item]) -> tuple[int, int, int]:
    """Net, VAT and gross, as a bookkeeper would: each line and each group's VAT rounded half up, once."""
    with localcontext() as context:
        context.prec = 60
        seconds: dict[Rate, int] = defaultdict(int)
        for item in charges:
            seconds[item.rate] += item.quantity_seconds
        sums: dict[tuple[Decimal, bool], Decimal] = defaultdict(Decimal)
        for rate, total in seconds.items():
            euros = Decimal(total) * Decimal(rate.price_cents) / Decimal(100) / Decimal(rate.per_seconds)
            sums[Decimal(rate.vat_rate_bp) / 10_000, rate.gross] += euros.quantize(Decimal("0.01"), ROUND_HALF_UP)
        net = vat = Decimal(0)
        for (share, gross), amount in sums.items():
            tax = (amount * share / (1 + share if gross else 1)).quantize(Decimal("0.01"), ROUND_HALF_UP)
            net += amount - tax if gross else amount
            vat += tax
        return int(net * 100), int(vat * 100), int((net + vat) * 100)


def money_of(bill: Bill) -> tuple[int, int, int]:
    return bill.net_cents, bill.vat_cents, bill.gross_cents
