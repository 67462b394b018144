"""Money: integer cents, exact products, one rounding."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_AMOUNT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")


def rounded(exact: Fraction) -> int:
    """Whole cents, halves away from zero (the commercial rule); the only rounding of money in the house."""
    whole = abs(exact)
    cents = (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)
    return cents if exact >= 0 else -cents


def vat_within(gross_cents: int, rate_bp: int) -> int:
    """The VAT contained in a gross amount; the rate in basis points (2000 is 20 %)."""
    return rounded(Fraction(gross_cents * rate_bp, 10_000 + rate_bp))


def vat_on(net_cents: int, rate_bp: int) -> int:
    """The VAT to add to a net amount; the rate in basis points (2000 is 20 %)."""
    return rounded(Fraction(net_cents * rate_bp, 10_000))


def parse_cents(text: str) -> int:
    """Cents of an amount as people type it: `1 234,50`, `1234.5`, `12`.

    Raises:
        ValueError: it is not an amount, or has more than two decimals.
    """
    plain = "".join(text.split()).replace("\u202f", "").replace("€", "").replace(",", ".")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"not an amount: {text!r}")
    amount = Decimal(plain)
    if amount.copy_abs() > 10**9 or amount != amount.quantize(Decimal("0.01"), ROUND_HALF_UP):
        raise ValueError(f"not an amount in cents: {text!r}")
    return int(amount * 100)
