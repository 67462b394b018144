"""The arithmetic of an invoice: charges into lines, lines into VAT groups, groups into totals. Pure.

A line is rounded half up, once, from the exact sum of its quantities; VAT is rounded once per rate, and a gross
price keeps the gross total exact (EN 16931's groups of BG-23; per-line VAT would be cents off).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fablab.core.money import rounded, vat_on, vat_within


class Unit(StrEnum):
    """What a line counts."""

    SECOND = "second"
    PIECE = "piece"
    """Written as one second each at a price for one: the arithmetic is the same."""


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """What makes charges fall on one line: what it was, its price, its VAT, and what is counted."""

    description: str
    price_cents: int
    per_seconds: int
    gross: bool
    vat_rate_bp: int
    unit: Unit = Unit.SECOND


@dataclass(frozen=True, slots=True)
class Item:
    """A charge as the arithmetic sees it: of a use, or of pieces; the unit tells which."""

    charge_id: int
    rate: Rate
    quantity_seconds: int


@dataclass(frozen=True, slots=True)
class Line:
    """The sum of the items of one rate."""

    rate: Rate
    quantity_seconds: int
    amount_cents: int
    charge_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VatGroup:
    """The lines of one VAT rate together."""

    rate_bp: int
    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines and totals; net + VAT = gross, to the cent."""

    lines: tuple[Line, ...]
    groups: tuple[VatGroup, ...]

    @property
    def net_cents(self) -> int:
        return sum(group.net_cents for group in self.groups)

    @property
    def vat_cents(self) -> int:
        return sum(group.vat_cents for group in self.groups)

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


def bill_of(items: Iterable[Item]) -> Bill:
    """The bill of these charges; their order makes no difference."""
    by_rate: dict[Rate, list[Item]] = {}
    for item in sorted(items, key=lambda item: item.charge_id):
        by_rate.setdefault(item.rate, []).append(item)
    lines = tuple(_line(rate, by_rate[rate]) for rate in sorted(by_rate))
    return Bill(lines, tuple(_groups(lines)))


def _line(rate: Rate, items: list[Item]) -> Line:
    seconds = sum(item.quantity_seconds for item in items)
    amount = rounded(Fraction(seconds * rate.price_cents, rate.per_seconds))
    return Line(rate, seconds, amount, tuple(item.charge_id for item in items))


def _groups(lines: Iterable[Line]) -> list[VatGroup]:
    sums: dict[tuple[int, bool], int] = {}
    for line in lines:
        key = (line.rate.vat_rate_bp, line.rate.gross)
        sums[key] = sums.get(key, 0) + line.amount_cents
    groups: dict[int, VatGroup] = {}
    for (rate_bp, gross), amount in sorted(sums.items()):
        vat = vat_within(amount, rate_bp) if gross else vat_on(amount, rate_bp)
        net = amount - vat if gross else amount
        before = groups.get(rate_bp, VatGroup(rate_bp, 0, 0))
        groups[rate_bp] = VatGroup(rate_bp, before.net_cents + net, before.vat_cents + vat)
    return [groups[rate_bp] for rate_bp in sorted(groups)]
