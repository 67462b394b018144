"""What missing staff do to reservations: who is told, and what staff may decide for them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking import changes
from fablab.booking.affected import Decisions, settle, upcoming_on, usable_ids
from fablab.booking.models import Reservation
from fablab.booking.signals import supervision_missing, supervision_restored
from fablab.catalog import queries as catalog
from fablab.core.period import Period
from fablab.members.actor import Actor, Role
from fablab.shifts import queries as shifts
from fablab.shifts import services
from fablab.shifts.models import Duty, DutyState, Shift
from fablab.shifts.signals import duty_ended, shift_changed, shift_filled, shift_short


def watch(session: Session, now: datetime) -> int:
    """Tell staff of every shift that is near and lacks people, and those whose reservations need them; how many.

    Asked again it tells nothing twice, until the shift had its people in between.
    """
    found = shifts.short(session, now)
    for shift in found:
        _alert(session, shift, now)
    return len(found)


def unsupervised(session: Session, shift: Shift, now: datetime) -> list[Reservation]:
    """The reservations during a shift that its missing people make impossible: what is used only with staff, and
    what its member may not use alone.
    """
    return _lost(session, shift.site_id, shift.period, now)


def _lost(session: Session, site_id: int, during: Period, now: datetime) -> list[Reservation]:
    """The reservations at a site in that time that cannot be used for want of people, as far as they lie ahead."""
    if during.end <= now:
        return []
    part = Period(max(during.start, now), during.end)
    ids = [row.id for row in catalog.resources(session, site_id=site_id)]
    rows = [row for row in upcoming_on(session, ids, part) if row.ends_at > now]
    fine = usable_ids(session, [(row, Period(max(row.starts_at, now), row.ends_at)) for row in rows], now)
    return [row for row in rows if row.id not in fine]


def settle_unsupervised(
    session: Session, actor: Actor, shift_id: int, decisions: Decisions, reason: str, now: datetime
) -> None:
    """Do with the reservations that miss a shift's people what was decided.

    Raises:
        Forbidden: not a fabmanager of the site.
        Undecided: not all are decided.
    """
    shift = shifts.shift(session, shift_id)
    actor.needs_at_site(Role.FABMANAGER, shift.site_id)
    changes.lock(session, [row.id for row in catalog.resources(session, site_id=shift.site_id)], decisions)
    settle(session, actor, unsupervised(session, shift, now), decisions, reason, now)


def _alert(session: Session, shift: Shift, now: datetime) -> None:
    members_know = shift.alerted_at is not None
    shift.alerted_at = now
    session.flush()
    shift_short.send(None, session=session, shift=shift, missing=services.missing(shift), now=now)
    for row in [] if members_know else unsupervised(session, shift, now):
        supervision_missing.send(None, session=session, reservation=row, shift=shift, now=now)


@duty_ended.connect
def _look_again(sender: Any, *, session: Session, duty: Duty, now: datetime) -> None:
    """Somebody dropped out: if the shift is near and lacks people now, tell at once; staff once more if they were
    told of others that it lacks.
    """
    shift = duty.shift
    if shift.alerted_at is not None and duty.state != DutyState.DROPPED:
        return
    if shift.ends_at > now and services.is_near(shift, now) and services.missing(shift):
        _alert(session, shift, now)


@shift_changed.connect
def _look_at_the_gap(sender: Any, *, session: Session, shift: Shift, before: Period, now: datetime) -> None:
    """A shift was withdrawn or has other times: warn those whose reservations nobody is there for any more."""
    if shift.alerted_at is None:
        for row in _lost(session, shift.site_id, before, now):
            supervision_missing.send(None, session=session, reservation=row, shift=shift, now=now)


@shift_filled.connect
def _tell_restored(sender: Any, *, session: Session, shift: Shift, now: datetime) -> None:
    """The shift has its people again: tell those whose reservations it covers."""
    ids = [row.id for row in catalog.resources(session, site_id=shift.site_id)]
    for row in upcoming_on(session, ids, shift.period):
        supervision_restored.send(None, session=session, reservation=row, shift=shift, now=now)
