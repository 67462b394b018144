"""A month's cap as people type it: an amount, or nothing for none."""

from decimal import Decimal
from typing import Any

from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.refusals import Refused
from fablab.web.ground.forms import text_field


def cap_field() -> Any:
    """A field for a month's cap."""
    return text_field(20)


def cents_of(text: str | None) -> int | None:
    """Cents of a cap; None where the field is empty.

    Raises:
        Refused: it is no amount.
    """
    if not text:
        return None
    try:
        return parse_cents(text)
    except ValueError:
        sentence = _("“%(text)s” is no amount. Write one like 100 or 12.50; empty is without a cap.", text=text[:40])
        raise Refused.because("cap", sentence) from None


def typed(cents: int | None) -> str:
    """A cap as it stands in its field."""
    if cents is None:
        return ""
    return str(Decimal(cents) / 100) if cents % 100 else str(cents // 100)
