"""Doing the same with several reservations: what came of each, and all that speaks against it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from fablab.booking import deciding
from fablab.booking.models import Reservation
from fablab.booking.rules import wording
from fablab.booking.suggesting import Slot
from fablab.booking.telling import Told
from fablab.catalog.models import Resource
from fablab.core.i18n import show_date, show_period
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused

T = TypeVar("T")
NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of several: when and what, and every reason why not. Values and no rows, since what was only tried is undone
    before anybody reads them.
    """

    day: date
    resource_id: int
    name: str
    """What the resource is called."""
    zone: ZoneInfo
    period: Period | None = None
    """None: the clocks of that day do not show it."""
    before: Period | None = None
    """When it was before, of a reservation that stood already."""
    reasons: tuple[Refusal, ...] = ()
    slots: tuple[Slot, ...] = ()
    """What would work instead."""
    reservation_id: int | None = None
    """The reservation that it is; None where there is none."""
    told: Told = NOTHING_TOLD
    """What giving it back costs."""

    @property
    def label(self) -> str:
        """When it is, in words."""
        return show_period(self.period, self.zone) if self.period else show_date(self.day)


def step_of(row: Reservation, before: Period | None = None) -> Step:
    """A reservation as it stands."""
    zone = row.resource.site.zone
    return Step(
        day=row.starts_at.astimezone(zone).date(),
        resource_id=row.resource_id,
        name=row.resource.name,
        zone=zone,
        period=row.period,
        before=before,
        reservation_id=row.id,
    )


def step_for(resource: Resource, day: date, period: Period | None) -> Step:
    """A time of a resource that nobody has reserved yet."""
    zone = resource.site.zone
    return Step(day=day, resource_id=resource.id, name=resource.name, zone=zone, period=period)


def tried(session: Session, act: Callable[[], T]) -> tuple[T | None, tuple[Refusal, ...]]:
    """What came of an act, or every reason why it was refused; what was refused has changed nothing."""
    try:
        with session.begin_nested():
            return act(), ()
    except Refused as refused:
        return None, refused.refusals


@contextmanager
def only_tried(session: Session) -> Iterator[None]:
    """What is done inside is judged as it would be in earnest, and undone. It writes meanwhile: open a transaction."""
    trial = session.begin_nested()
    try:
        yield
    finally:
        if trial.is_active:
            trial.rollback()


def refused(steps: Iterable[Step], *, by_name: bool = False) -> Refused:
    """What is raised where not all can be done: each reason with the time, or the resource, that it is about."""
    found = []
    for step in steps:
        about = step.name if by_name else step.label
        found += [replace(reason, message=wording.said_of(about, reason.message)) for reason in step.reasons]
    return deciding.refused(found)


def cost_of(steps: Iterable[Step]) -> int:
    """What giving back those that can be given back costs together, in cents with VAT."""
    return sum(step.told.cost.cents for step in steps if not step.reasons)


def check(steps: Sequence[Step], *, rest: bool = False, by_name: bool = False) -> None:
    """Raises Refused unless all can be done; with `rest`, unless any can."""
    against = [step for step in steps if step.reasons]
    if against and (not rest or len(against) == len(steps)):
        raise refused(against, by_name=by_name)
