"""On which terms it is had: checking in, cancelling, going on, moving, handing over, review. They refuse no wish, but
for one to begin now what staff approve first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from fablab.booking.rules import wording
from fablab.booking.rules.case import Case, Names
from fablab.booking.rules.kind import Cents, Count, Minutes, MinutesOrNone, Percent, Rule
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import _, n_, show_money
from fablab.core.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class CheckIn(Rule):
    """Whoever has it says that they are there, or starts the machine, from so long before to so long after it begins;
    else it is given back, and counts as missed where it strikes.
    """

    code: ClassVar[str] = "check_in"
    before_minutes: MinutesOrNone = 15
    grace_minutes: Minutes = 15
    is_missed: bool = True
    """Nobody came: it counts as a no-show. Otherwise it is only given back."""

    def words(self, names: Names) -> str:
        return _(
            "Check in from %(before)s before to %(grace)s after it begins, or start the machine; otherwise it is given "
            "to others.",
            before=wording.length(self.before_minutes),
            grace=wording.length(self.grace_minutes),
        )


@dataclass(frozen=True, kw_only=True)
class Cancellation(Rule):
    """Given back less than so long before it begins, it strikes, costs a fee, or a part of its price; perhaps not if
    somebody else takes the time, and perhaps only for whoever has so many strikes already.
    """

    code: ClassVar[str] = "cancellation"
    minutes: MinutesOrNone
    strikes: bool = False
    fee_cents: Cents = 0
    price_percent: Percent = 0
    also_missed: bool = True
    """The fee is due as well where nobody came."""
    free_if_taken: bool = False
    strikes_before: Count = 0
    """It holds for whoever has at least so many strikes that count: a first time may be a warning, a second cost."""

    def words(self, names: Names) -> str:
        text = self._words()
        if not self.strikes_before:
            return text
        return n_("With %(count)s strike: %(text)s", "With %(count)s strikes: %(text)s", self.strikes_before, text=text)

    def _words(self) -> str:
        costs = []
        if self.strikes:
            costs.append(_("it counts as a strike"))
        if self.fee_cents:
            costs.append(_("it costs %(fee)s", fee=show_money(self.fee_cents)))
        if self.price_percent:
            costs.append(_("%(percent)s %% of the price are due", percent=self.price_percent))
        length = wording.length(self.minutes)
        if not costs:
            return _("Give it back at least %(length)s before it begins.", length=length)
        text = _("Given back less than %(length)s before, %(costs)s.", length=length, costs=wording.listed(costs))
        if self.free_if_taken:
            text += " " + _("Not if somebody else takes the time.")
        if self.also_missed:
            text += " " + _("The same if nobody comes.")
        return text


@dataclass(frozen=True, kw_only=True)
class LateReturn(Rule):
    """It is brought back, or left, by its end, and staff say when it was; later costs a fee, and so much for each hour
    begun and each of its places. The clock runs at night and on closed days too.
    """

    code: ClassVar[str] = "late_return"
    grace_minutes: MinutesOrNone = 0
    fee_cents: Cents = 0
    hourly_cents: Cents = 0

    @property
    def trouble(self) -> str:
        return "" if self.fee_cents or self.hourly_cents else _("Say what bringing it back late costs.")

    def words(self, names: Names) -> str:
        costs = [show_money(self.fee_cents)] if self.fee_cents else []
        if self.hourly_cents:
            costs.append(_("%(fee)s for each hour begun", fee=show_money(self.hourly_cents)))
        said = wording.listed(costs)
        if not self.grace_minutes:
            return _("Brought back late, it costs %(costs)s.", costs=said)
        length = wording.length(self.grace_minutes)
        return _("Brought back more than %(length)s late, it costs %(costs)s.", length=length, costs=said)

    def cents(self, late: timedelta, places: int) -> int:
        """What being so late costs, in cents."""
        if late <= timedelta(minutes=self.grace_minutes):
            return 0
        return self.fee_cents + self.hourly_cents * -(-late // timedelta(hours=1)) * places


@dataclass(frozen=True, kw_only=True)
class Extension(Rule):
    """Whoever has it may go on if nobody follows: by steps, so often, asked for in the last minutes."""

    code: ClassVar[str] = "extension"
    step_minutes: Minutes = 30
    most: Count | None = None
    """So often; None: as long as nobody follows."""
    last_minutes: Minutes | None = None
    """Asked for in the last so many minutes; None: at any time."""
    beyond_rules: bool = True
    """The rules about length, amount and spacing do not hold for it."""

    def words(self, names: Names) -> str:
        text = _("You may go on by %(step)s if nobody follows", step=wording.length(self.step_minutes))
        if self.most is not None:
            text += n_(", %(count)s time at most", ", %(count)s times at most", self.most)
        if self.last_minutes is not None:
            text += _(", asked for in the last %(length)s", length=wording.length(self.last_minutes))
        return f"{text}."


@dataclass(frozen=True, kw_only=True)
class Moves(Rule):
    """A member may move their reservation so often, until so long before it begins."""

    code: ClassVar[str] = "moves"
    most: Count | None = None
    minutes: MinutesOrNone = 0

    def words(self, names: Names) -> str:
        parts = []
        if self.most is not None:
            parts.append(n_("%(count)s time", "%(count)s times", self.most))
        if self.minutes:
            parts.append(_("until %(length)s before it begins", length=wording.length(self.minutes)))
        if self.most == 0:
            return _("It cannot be moved; give it back and reserve anew.")
        return _("It can be moved %(how)s.", how=", ".join(parts) or _("freely"))


@dataclass(frozen=True, kw_only=True)
class HandOver(Rule):
    """Whether a member may hand their reservation to another who may have it, and until when."""

    code: ClassVar[str] = "hand_over"
    is_allowed: bool = True
    minutes: MinutesOrNone = 0

    def words(self, names: Names) -> str:
        if not self.is_allowed:
            return _("It is personal: nobody else may use it in your place.")
        if self.minutes:
            length = wording.length(self.minutes)
            return _("You may hand it over until %(length)s before it begins.", length=length)
        return _("You may hand it over to somebody who may reserve it.")


@dataclass(frozen=True, kw_only=True)
class Review(Rule):
    """It is a request until staff approve it; the time is kept meanwhile, and given back if nobody does."""

    code: ClassVar[str] = "review"
    hours: Count = 48

    def words(self, names: Names) -> str:
        return n_(
            "Staff approve it first, usually within %(count)s hour.",
            "Staff approve it first, usually within %(count)s hours.",
            self.hours,
        )

    def against(self, case: Case, scope: Scope) -> Iterator[Refusal]:
        if case.is_walk_in and not case.by_staff:
            text = _("Staff approve it first, and nobody can before it begins.")
            yield Refusal("review", text, True, _("Choose a later time, or ask staff to reserve it for you."))
