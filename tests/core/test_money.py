"""Money: whole cents, one rounding, and amounts as people type them."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core.money import parse_cents, rounded, vat_on, vat_within

cents = st.integers(-(10**12), 10**12)
rates = st.integers(0, 9999)


def by_decimal(numerator: int, denominator: int) -> int:
    """Half up, as Decimal reckons it; exact for every tie, since its ties have few digits."""
    with localcontext() as context:
        context.prec = 80
        return int((Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_rounding_agrees_with_decimal(numerator: int, denominator: int) -> None:
    assert rounded(Fraction(numerator, denominator)) == by_decimal(numerator, denominator)


@given(cents)
def test_half_a_cent_goes_away_from_zero(whole: int) -> None:
    half = Fraction(2 * abs(whole) + 1, 2)

    assert rounded(half) == abs(whole) + 1
    assert rounded(-half) == -(abs(whole) + 1)


@given(cents, rates)
def test_net_and_vat_of_a_gross_amount_are_that_amount(gross: int, rate_bp: int) -> None:
    vat = vat_within(gross, rate_bp)

    assert vat == by_decimal(gross * rate_bp, 10_000 + rate_bp)
    assert abs(vat) <= abs(gross)
    assert abs(vat_on(gross - vat, rate_bp) - vat) <= 1


@given(cents, rates)
def test_vat_on_a_net_amount_agrees_with_decimal(net: int, rate_bp: int) -> None:
    assert vat_on(net, rate_bp) == by_decimal(net * rate_bp, 10_000)
    assert vat_on(-net, rate_bp) == -vat_on(net, rate_bp)


@given(st.integers(0, 10**11), st.sampled_from([",", "."]), st.sampled_from(["", " €", "\xa0€", "\u202f€"]))
def test_an_amount_is_understood_as_people_type_it(amount: int, point: str, sign: str) -> None:
    for separator in ("", " ", "\xa0", "\u202f"):
        whole = f"{amount // 100:,}".replace(",", separator)
        assert parse_cents(f"{whole}{point}{amount % 100:02d}{sign}") == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "€",
        "douze",
        "1,234.50",
        "0,001",
        "1e30",
        "1e400",
        "1e999999999",
        "-1e30",
        "nan",
        "snan",
        "inf",
        "-inf",
        "--1",
        "1000000000.01",
        "1e-400",
    ],
)
def test_what_is_no_amount_in_cents_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_cents(text)
