"""What follows from strikes. Pure: strikes, suspensions and the rules in force in, the step that follows out.

A strike counts until it expires or is withdrawn. A step of the ladder is reached when so many strikes count within so
many days; each strike leads to a step once: what a suspension followed from counts for the next one only on a higher
step. Suspensions that staff lifted do not make the next one harsher.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SECOND_THOUGHTS = timedelta(minutes=10)
"""So long after it was made a reservation may be given back without a strike, as long as it has not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """So many strikes within so many days mean a suspension of so many days; None: however long, until it is lifted.

    `kind` counts strikes of that kind only; `after` asks for so many suspensions before.
    """

    strikes: int
    within_days: int | None
    days: int | None
    after: int = 0
    kind: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds about late cancellations, no-shows and strikes at a site."""

    cancel_minutes: int | None = None
    no_show_strikes: bool = False
    grace_minutes: int = 15
    strike_days: int | None = 365
    ladder: tuple[Step, ...] = ()


NO_RULES = Rules()
"""Where nobody wrote any: nothing strikes by itself, and nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A strike; its number tells which was written first."""

    number: int
    kind: str
    at: datetime
    expires_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def counts_at(self, moment: datetime) -> bool:
        """It was written by then, has not been withdrawn at all, and has not expired by then."""
        return self.withdrawn_at is None and self.at <= moment and (self.expires_at is None or moment < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """A suspension that followed from strikes: on which step, and the number of the last strike that it followed."""

    strikes: int
    kind: str | None
    last_number: int
    was_lifted: bool = False

    def used_up(self, strike: Struck, step: Step) -> bool:
        """The strike has led to this suspension, on a step as high: it leads there no second time."""
        is_counted = strike.number <= self.last_number and self.kind in (None, strike.kind)
        return is_counted and self.strikes >= step.strikes


@dataclass(frozen=True, slots=True)
class Tally:
    """How far somebody is on a step, and what it leads to."""

    count: int
    step: Step

    @property
    def is_reached(self) -> bool:
        return self.count >= self.step.strikes


def counted(strikes: Iterable[Struck], suspensions: Iterable[Suspended], step: Step, at: datetime) -> list[Struck]:
    """The strikes that count for a step at an instant, in the order in which they were written."""
    before = list(suspensions)
    found = [
        strike
        for strike in strikes
        if strike.counts_at(at)
        and not any(item.used_up(strike, step) for item in before)
        and step.kind in (None, strike.kind)
        and (step.within_days is None or at - strike.at < timedelta(days=step.within_days))
    ]
    return sorted(found, key=lambda strike: strike.number)


def due(
    strikes: Sequence[Struck], suspensions: Sequence[Suspended], ladder: Iterable[Step], now: datetime
) -> Step | None:
    """The step that is reached now and harshest, if any is."""
    reached = [tally.step for tally in _tallies(strikes, suspensions, ladder, now) if tally.is_reached]
    return max(reached, key=_harshness, default=None)


def nearest(
    strikes: Sequence[Struck],
    suspensions: Sequence[Suspended],
    ladder: Iterable[Step],
    now: datetime,
    *,
    kind: str | None = None,
) -> Tally | None:
    """The step that lacks fewest strikes (of those that count such a kind), and the count on it; None without one."""
    found = [
        tally
        for tally in _tallies(strikes, suspensions, ladder, now)
        if kind is None or tally.step.kind in (None, kind)
    ]
    return min(found, key=lambda tally: (_lacking(tally), -tally.step.strikes), default=None)


def one_more(
    strikes: Sequence[Struck], suspensions: Sequence[Suspended], ladder: Sequence[Step], now: datetime, kind: str
) -> Tally | None:
    """Where one more strike of that kind would lead: the harshest step that it would reach, or the nearest one."""
    numbers = [*(strike.number for strike in strikes), *(item.last_number for item in suspensions)]
    number = max(numbers, default=0) + 1
    then = [*strikes, Struck(number=number, kind=kind, at=now)]
    reached = due(then, suspensions, ladder, now)
    if reached is not None:
        return Tally(len(counted(then, suspensions, reached, now)), reached)
    return nearest(then, suspensions, ladder, now, kind=kind)


def still_follows(strikes: Iterable[Struck], before: Iterable[Suspended], step: Step, at: datetime) -> bool:
    """Tell whether a suspension from that instant would follow from the strikes as they stand now; `before` are the
    suspensions that came before it.
    """
    return len(counted(strikes, before, step, at)) >= step.strikes


def is_late(rules: Rules, booked_at: datetime, starts_at: datetime, now: datetime) -> bool:
    """Tell whether giving a reservation back now is a late cancellation."""
    if rules.cancel_minutes is None or now < starts_at - timedelta(minutes=rules.cancel_minutes):
        return False
    return now >= starts_at or now >= booked_at + SECOND_THOUGHTS


def _tallies(
    strikes: Sequence[Struck], suspensions: Sequence[Suspended], ladder: Iterable[Step], now: datetime
) -> list[Tally]:
    """How far each step is that fits somebody who was suspended so often; of steps for more suspensions before, that
    alone which asks for most.
    """
    earlier = sum(1 for item in suspensions if not item.was_lifted)
    fitting: dict[tuple[str | None, int], Step] = {}
    for step in sorted(ladder, key=lambda item: item.after):
        if step.after <= earlier:
            fitting[step.kind, step.strikes] = step
    return [Tally(len(counted(strikes, suspensions, step, now)), step) for step in fitting.values()]


def _harshness(step: Step) -> tuple[bool, int, int]:
    return step.days is None, step.days or 0, step.strikes


def _lacking(tally: Tally) -> int:
    return max(tally.step.strikes - tally.count, 0)
