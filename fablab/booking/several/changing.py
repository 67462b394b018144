"""Changing several reservations in one go: one of a series, that and the following, or all; or all of a group.

Each is judged as if it were changed by itself. What cannot be done is listed, and nothing is written unless the person
wants the rest done. What has begun or is over stays as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from fablab.booking import deciding, moving, services, telling, terms
from fablab.booking.models import Reservation, ReservationSeries
from fablab.booking.moving import Change
from fablab.booking.several import locking, queries, steps
from fablab.booking.several.pattern import Shift
from fablab.booking.several.steps import Step
from fablab.booking.signals import several_cancelled, several_moved
from fablab.catalog import queries as catalog
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.core.versions import check_version
from fablab.members.actor import Actor


class Scope(StrEnum):
    """Which of a series are meant."""

    ONE = "one"
    FOLLOWING = "following"
    """That one and all after it."""
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Some of a series that are to come; all but all need the one that they begin with."""

    scope: Scope = Scope.ALL
    reservation_id: int | None = None
    version: int | None = None
    """The series' version that was read; None if nobody can have changed it since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What becomes of them: so much later on the clock on the wall, perhaps on another resource."""

    shift: Shift = field(default_factory=Shift)
    resource_id: int | None = None
    reason: str = ""
    rest: bool = False
    """Do what can be done, although some cannot."""


def change(session: Session, actor: Actor, series_id: int, which: Which, wanted: Wanted, now: datetime) -> list[Step]:
    """Move some of a series; what came of each.

    Raises:
        NotFound: the series, the one named of it, or the resource is not there, or not theirs to see.
        Conflict: somebody changed the series since it was read; or others have the time, which is the only reason.
        Refused: not all can be moved, and the rest is not wanted; or none can.
    """
    series, rows = _chosen(session, actor, series_id, which, now, wanted.resource_id)
    found = _moved(session, actor, rows, wanted, now)
    steps.check(found, rest=wanted.rest)
    series.version += 1
    session.flush()
    _tell_moved(session, actor, rows, found, wanted.reason, now)
    return found


def preview_change(
    session: Session, actor: Actor, series_id: int, which: Which, wanted: Wanted, now: datetime
) -> list[Step]:
    """What would come of each; nothing is kept. Needs a transaction that writes, and raises what `change` raises but
    for what only one of them has against it.
    """
    _series, rows = _chosen(session, actor, series_id, which, now, wanted.resource_id)
    with steps.only_tried(session):
        return _moved(session, actor, rows, wanted, now)


def cancel(
    session: Session,
    actor: Actor,
    series_id: int,
    which: Which,
    now: datetime,
    *,
    reason: str = "",
    rest: bool = False,
    agreed_cents: int = 0,
) -> list[Step]:
    """Give some of a series back, each on the terms of giving it back by itself.

    `agreed_cents` is what they were told that all of it costs.

    Raises:
        NotFound, Conflict, Refused: as `change` does; and Refused if it costs more than they were told.
    """
    series, rows = _chosen(session, actor, series_id, which, now)
    found = _cancelled(session, actor, rows, reason, now)
    steps.check(found, rest=rest)
    _check_agreed(found, agreed_cents)
    series.version += 1
    session.flush()
    _tell_cancelled(session, actor, rows, found, reason, now)
    return found


def preview_cancel(session: Session, actor: Actor, series_id: int, which: Which, now: datetime) -> list[Step]:
    """What giving each back would cost; nothing is kept. Needs a transaction that writes."""
    _series, rows = _chosen(session, actor, series_id, which, now)
    with steps.only_tried(session):
        return _cancelled(session, actor, rows, "", now)


def change_together(
    session: Session, actor: Actor, reservation_id: int, wanted: Change, now: datetime, *, rest: bool = False
) -> list[Step]:
    """Give all that were reserved together another time; `wanted.version` is that of the one named.

    Raises:
        NotFound: that one is not there, or not theirs to see.
        Conflict: somebody changed it since it was read; or others have the time, which is the only reason.
        Refused: not all can be moved, and the rest is not wanted; or none can.
    """
    rows = _group(session, actor, reservation_id, now, wanted.version)
    act = _mover(session, actor, replace(wanted, resource_id=None, version=None), now)
    found = [_tried(session, row, act, wanted.period) for row in rows]
    steps.check(found, rest=rest, by_name=True)
    _tell_moved(session, actor, rows, found, wanted.reason, now)
    return found


def cancel_together(
    session: Session,
    actor: Actor,
    reservation_id: int,
    now: datetime,
    *,
    reason: str = "",
    rest: bool = False,
    agreed_cents: int = 0,
) -> list[Step]:
    """Give back all that were reserved together. `agreed_cents` is what they were told that all of it costs.

    Raises:
        NotFound, Refused: as `change_together` does; and Refused if it costs more than they were told.
    """
    rows = _group(session, actor, reservation_id, now)
    found = _cancelled(session, actor, rows, reason, now)
    steps.check(found, rest=rest, by_name=True)
    _check_agreed(found, agreed_cents)
    _tell_cancelled(session, actor, rows, found, reason, now)
    return found


def _chosen(
    session: Session, actor: Actor, series_id: int, which: Which, now: datetime, resource_id: int | None = None
) -> tuple[ReservationSeries, list[Reservation]]:
    """The series and those of it that are meant, all locked."""
    queries.series_seen_by(session, actor, series_id)
    meant = _meant(queries.reservations_of(session, actor, series_id), which, now)
    others = [resource_id] if resource_id is not None else []
    taking = locking.resources_of(session, meant, others) if meant or others else None
    # What was read before the lock may have changed while we waited for it.
    series = queries.series_seen_by(session, actor, series_id)
    if which.version is not None:
        check_version(series.version, which.version)
    rows = _meant(queries.reservations_of(session, actor, series_id), which, now)
    if not rows or taking is None:
        raise Refused.because("nothing_left", _("None of these is still to come."))
    locking.for_change(session, taking, rows)
    return series, rows


def _meant(rows: Sequence[Reservation], which: Which, now: datetime) -> list[Reservation]:
    if which.scope == Scope.ALL:
        return [row for row in rows if queries.is_to_come(row, now)]
    first = next((row for row in rows if row.id == which.reservation_id), None)
    if first is None:
        raise NotFound(f"reservation {which.reservation_id} of the series")
    if which.scope == Scope.ONE:
        return [first]
    return [row for row in rows if row.starts_at >= first.starts_at and queries.is_to_come(row, now)]


def _group(
    session: Session, actor: Actor, reservation_id: int, now: datetime, version: int | None = None
) -> list[Reservation]:
    taking = locking.resources_of(session, queries.together_with(session, actor, reservation_id))
    found = queries.together_with(session, actor, reservation_id)
    if version is not None:
        check_version(next(row.version for row in found if row.id == reservation_id), version)
    rows = [row for row in found if queries.is_to_come(row, now)]
    if not rows:
        raise Refused.because("nothing_left", _("None of these is still to come."))
    locking.for_change(session, taking, rows)
    return rows


def _moved(session: Session, actor: Actor, rows: Sequence[Reservation], wanted: Wanted, now: datetime) -> list[Step]:
    """Move each, those ahead first, so that none stands in the way of the one behind it."""
    found = {}
    for row in sorted(rows, key=lambda row: row.starts_at, reverse=wanted.shift.total > 0):
        zone = row.resource.site.zone
        if wanted.resource_id is not None:
            zone = catalog.resource(session, wanted.resource_id).site.zone
        later = wanted.shift.of(row.period, zone)
        if isinstance(later, Refusal):
            found[row.id] = replace(steps.step_of(row, row.period), period=None, reasons=(later,))
            continue
        change_of = Change(resource_id=wanted.resource_id, period=later, reason=wanted.reason)
        found[row.id] = _tried(session, row, _mover(session, actor, change_of, now), later)
    return [found[row.id] for row in rows]


def _mover(session: Session, actor: Actor, wanted: Change, now: datetime) -> Callable[[Reservation], Step]:
    def act(row: Reservation) -> Step:
        was = row.period
        return steps.step_of(moving.change(session, actor, row.id, wanted, now), was)

    return act


def _cancelled(session: Session, actor: Actor, rows: Sequence[Reservation], reason: str, now: datetime) -> list[Step]:
    def act(row: Reservation) -> Step:
        # What all of them cost is agreed to together.
        told = telling.before_cancelling(session, actor, row, now)
        agreed = told.cost.cents
        row = services.cancel(session, actor, row.id, now, reason=reason, agreed_cents=agreed)
        return replace(steps.step_of(row), told=told)

    return [_tried(session, row, act, row.period) for row in rows]


def _tried(session: Session, row: Reservation, act: Callable[[Reservation], Step], period: Period | None) -> Step:
    before = steps.step_of(row, row.period)
    done, reasons = steps.tried(session, lambda: act(row))
    return done if done is not None else replace(before, period=period, reasons=reasons)


def _check_agreed(found: Sequence[Step], agreed_cents: int) -> None:
    cents = steps.cost_of(found)
    if cents > agreed_cents:
        raise deciding.refused([terms.costs_more(cents)])


def _done(rows: Sequence[Reservation], found: Sequence[Step]) -> list[Reservation]:
    return [row for row, step in zip(rows, found, strict=True) if not step.reasons]


def _tell_moved(
    session: Session, actor: Actor, rows: Sequence[Reservation], found: Sequence[Step], reason: str, now: datetime
) -> None:
    done, by_id = _done(rows, found), actor.member_id
    several_moved.send(None, session=session, reservations=done, by_id=by_id, reason=reason, now=now)


def _tell_cancelled(
    session: Session, actor: Actor, rows: Sequence[Reservation], found: Sequence[Step], reason: str, now: datetime
) -> None:
    done, by_id = _done(rows, found), actor.member_id
    several_cancelled.send(None, session=session, reservations=done, by_id=by_id, reason=reason, now=now)
