"""Does a wish keep within what may be spent in a month? Pure: caps and exact amounts in, every reason why not out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from fablab.core.i18n import _, show_money, show_month
from fablab.core.money import rounded
from fablab.core.period import first_day_of
from fablab.core.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """What may be spent in a month, and what of it is spent or promised; amounts in cents, VAT included."""

    whose: str
    """Of what it is, as the sentence says it."""
    cents: int
    spent: Fraction

    @property
    def left(self) -> Fraction:
        """What may still be spent; never less than nothing."""
        return max(Fraction(0), self.cents - self.spent)


def check(cost: Fraction | None, caps: Iterable[Cap], month: str, name: str) -> Iterator[Refusal]:
    """Every cap that a cost would exceed; what costs nothing always keeps within. `name` is what is wanted."""
    found = list(caps)
    if cost is None and found:
        text = _("No price is entered for %(name)s, so nobody can say whether it keeps within the cap of %(whose)s.")
        hint = _("Ask staff to enter one, or choose another account.")
        yield Refusal("cap_unpriced", f"{text % {'name': name, 'whose': found[0].whose}} {hint}", overridable=True)
    if not cost:
        return
    for cap in found:
        if cap.spent + cost > cap.cents:
            yield Refusal("cap_reached", _sentence(cost, cap, month), overridable=True)


def _sentence(cost: Fraction, cap: Cap, month: str) -> str:
    values = {
        "cost": show_money(rounded(cost)),
        "left": show_money(rounded(cap.left)),
        "cap": show_money(cap.cents),
        "spent": show_money(rounded(cap.spent)),
        "whose": cap.whose,
        "month": show_month(first_day_of(month)),
    }
    text = _(
        "It would cost %(cost)s; of the %(cap)s that %(whose)s may spend in %(month)s, %(spent)s are spent or reserved "
        "and %(left)s are left."
    )
    hint = _("Choose another account, or ask the account’s owner for a higher cap.")
    return f"{text % values} {hint}"
