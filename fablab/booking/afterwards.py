"""What somebody may still do with a reservation that stands, told before they try; and what was done to it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import claiming, deciding, moving, queries, staff
from fablab.booking.deciding import Question, Verdict
from fablab.booking.models import Reservation, ReservationChange
from fablab.booking.paying import Moving, Paying
from fablab.booking.rules import judging
from fablab.booking.rules.terms import Extension
from fablab.booking.wishes import wish_of
from fablab.catalog.models import Resource
from fablab.core.period import Period
from fablab.core.refusals import Refusal
from fablab.members import queries as members
from fablab.members.actor import Actor

USUAL_STEP = timedelta(minutes=30)
"""By how much somebody goes on where no rule says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOn:
    """A reservation that goes on at this moment, and until when its member may go on after it."""

    reservation: Reservation
    until: tuple[datetime, ...] = ()
    """The ends to choose from, the nearest first; none where they may not."""
    against: tuple[Refusal, ...] = ()
    """Why they may not."""


def verdict_on(session: Session, actor: Actor, row: Reservation, now: datetime) -> Verdict:
    """What would be said of a reservation if it were asked for now as it is: what the rest here goes by."""
    return _verdict(session, actor, row, row.period, now)


def going_on(
    session: Session, actor: Actor, row: Reservation, now: datetime, verdict: Verdict | None = None
) -> GoingOn:
    """Whether somebody may go on: by a step, and by two where no rule names the step; nothing is changed. The verdict
    on it, if it is known already, is not asked for again.
    """
    verdict = verdict or verdict_on(session, actor, row, now)
    extension = judging.latest(verdict.rulings, Extension)
    step = timedelta(minutes=extension.step_minutes) if extension else USUAL_STEP
    without = moving.silent_about_going_on(extension)
    found: list[datetime] = []
    for until in (row.ends_at + step, *([] if extension else [row.ends_at + 2 * step])):
        verdict = _verdict(session, actor, row, Period(row.starts_at, until), now, without)
        against = moving.against_going_on(session, actor, row, extension, verdict, until, now)
        if against:
            return GoingOn(reservation=row, until=tuple(found), against=() if found else tuple(against))
        found.append(until)
    return GoingOn(reservation=row, until=tuple(found))


def against_moving(
    session: Session, actor: Actor, row: Reservation, now: datetime, verdict: Verdict | None = None
) -> list[Refusal]:
    """What the rules about moving have against moving it at all; nothing for staff of its site."""
    if staff.act_on(actor, row):
        return []
    return moving.moves_left(session, row, verdict or verdict_on(session, actor, row, now), now)


def had_now(session: Session, member_id: int, now: datetime, *, resource_id: int | None = None) -> list[Reservation]:
    """What a member has reserved for this very moment, of one resource or of all."""
    found = queries.upcoming(session, member_id, now)
    return [row for row in found if row.starts_at <= now and resource_id in (None, row.resource_id)]


def changes_of(session: Session, reservation_id: int) -> list[ReservationChange]:
    """What was done to a reservation, each with what it was before, in order."""
    query = (
        select(ReservationChange)
        .options(joinedload(ReservationChange.resource).joinedload(Resource.site))
        .where(ReservationChange.reservation_id == reservation_id)
        .order_by(ReservationChange.at, ReservationChange.id)
    )
    return list(session.scalars(query))


def _verdict(
    session: Session, actor: Actor, row: Reservation, period: Period, now: datetime, without: Collection[str] = ()
) -> Verdict:
    """What would be said of a reservation if it were asked for now, for that period, in its own place."""
    taking, wish = claiming.look(session, [row.resource_id]), replace(wish_of(row), period=period)
    before = deciding.expense(session, taking.resource(row.resource_id), wish_of(row))
    account = members.account(session, row.account_id)
    payer = Paying(account, row.project_id, moving=Moving(row.id, before))
    asked = Question(wish=wish, actor=actor, now=now, paying=payer, apart_from=(row.id,), without=without)
    return deciding.decide(session, taking, asked)
