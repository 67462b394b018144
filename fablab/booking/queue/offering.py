"""Offering what has freed to the first in line who may have it, and passing on what nobody answered.

An offer keeps the place by claims, as a reservation does, so that the database itself lets nobody else have it. It is
judged when it is made and once more when it is accepted; only then is anything counted or charged.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding
from fablab.booking.claiming import Taking
from fablab.booking.deciding import Verdict
from fablab.booking.models import (
    Claim,
    FreedTime,
    Offer,
    OfferState,
    Reservation,
    ReservationState,
    Wait,
    WaitEnd,
)
from fablab.booking.queue import freed, queries
from fablab.booking.rules import judging
from fablab.booking.rules.waiting import Waiting
from fablab.booking.signals import offer_lapsed, offered
from fablab.booking.suggesting import slots_within
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.period import Period

LEAST = timedelta(minutes=5)
"""Nothing is offered that nobody could answer in so long."""
TRIED = 4
"""So many times are tried of each resource."""


def freed_times(session: Session) -> list[int]:
    """What was given back and not offered yet, in the order of giving back."""
    return list(session.scalars(select(FreedTime.id).order_by(FreedTime.id)))


def pass_on(session: Session, freed_id: int, now: datetime) -> list[Offer]:
    """Offer time that was given back to those who wait for it, the first in line first."""
    seen = session.get(FreedTime, freed_id)
    if seen is None:
        return []
    able = claiming.leading_to(session, [seen.resource_id])
    taking = claiming.lock(session, able)
    row = session.scalar(select(FreedTime).where(FreedTime.id == freed_id).execution_options(populate_existing=True))
    if row is None:
        return []
    period, first = row.period, row.resource_id
    session.delete(row)
    session.flush()
    if period.end <= now:
        return []
    found = [taking.rows[key] for key in able if key in taking.rows]
    rows = sorted(found, key=lambda item: (item.id != first, item.name, item.id))
    made = []
    for wait in queries.in_line(session, rows, period, now):
        offer = _offer_to(session, taking, wait, rows, now)
        if offer is not None:
            made.append(offer)
    return made


def seek(session: Session, wait_id: int, now: datetime) -> Offer | None:
    """Offer somebody who waits whatever would do for them by now: hours, rules or outages may have changed."""
    seen = queries.wait(session, wait_id)
    rows = queries.resources_for(session, seen)
    taking = claiming.lock(session, [row.id for row in rows])
    wait = queries.lock_unserved(session, wait_id, now)
    return _offer_to(session, taking, wait, rows, now) if wait is not None else None


def lapsed(session: Session, now: datetime) -> list[int]:
    """The offers that were not answered in time."""
    query = select(Offer.id).where(Offer.state == OfferState.OPEN, Offer.until <= now)
    return list(session.scalars(query.order_by(Offer.until, Offer.id)))


def lapse(session: Session, offer_id: int, now: datetime) -> None:
    """Give back what was not answered in time; whoever it was offered to goes on waiting. Twice equals once."""
    seen = session.get_one(Offer, offer_id)
    queries.lock(session, seen.wait_id)
    session.refresh(seen)
    if seen.state == OfferState.OPEN and seen.until <= now:
        let_go(session, seen, OfferState.LAPSED, now)
        offer_lapsed.send(None, session=session, offer=seen, now=now)


def end_over(session: Session, now: datetime) -> None:
    """End the waits whose time went by; offers end before their time begins, so none is open."""
    over = update(Wait).where(Wait.ended_at.is_(None), Wait.to_at <= now)
    session.execute(over.values(ended_at=now, ended_how=WaitEnd.OVER))


def let_go(session: Session, offer: Offer, state: OfferState, now: datetime, by_id: int | None = None) -> None:
    """Settle an open offer and give its place back; its wait is locked. It goes to the next in line, or is free."""
    # All in one UPDATE: after a second one PostgreSQL checks the row's keys anew, and waits for the resource's lock.
    offer.state, offer.settled_at, offer.settled_by_id = state, now, by_id
    resource_ids = release(session, offer)
    freed.note(session, resource_ids, offer.period, now)


def release(session: Session, offer: Offer) -> list[int]:
    """Take away what keeps the place of an offer: the resources that it kept."""
    held, offer.reservation_id = offer.reservation_id, None
    session.flush()
    kept = list(session.scalars(select(Claim.resource_id).where(Claim.reservation_id == held).distinct()))
    session.execute(delete(Claim).where(Claim.reservation_id == held))
    session.execute(delete(Reservation).where(Reservation.id == held, Reservation.offered_until.is_not(None)))
    return kept


def wish_of(wait: Wait, resource_id: int, period: Period) -> Wish:
    """What somebody waits for, on a resource and at a time."""
    return Wish(
        resource_id=resource_id,
        period=period,
        member_id=wait.member_id,
        account_id=wait.account_id,
        project_id=wait.project_id,
        places=wait.places,
        job=wait.job,
        guests=wait.guests,
    )


def terms_of(verdict: Verdict) -> Waiting:
    """The terms on which one waits, as the lab's rules have them, or as usual."""
    return judging.latest(verdict.rulings, Waiting) or Waiting()


def _offer_to(session: Session, taking: Taking, wait: Wait, rows: Sequence[Resource], now: datetime) -> Offer | None:
    """The first time that somebody may have on one of these resources, kept for them; None if there is none."""
    start = max(wait.from_at, now + LEAST)
    length = timedelta(minutes=wait.minutes)
    if start + length > wait.to_at:
        return None
    within = Period(start, wait.to_at)
    for row in (row for row in rows if queries.is_for(wait, row)):
        wish = wish_of(wait, row.id, Period(start, start + length))
        avoided = queries.offered_before(session, wait, row.id)
        for period in islice(slots_within(session, wish, within, now, avoided=avoided), TRIED):
            wish = wish_of(wait, row.id, period)
            verdict, account = deciding.foreseen(session, taking, wish, now)
            if account is not None and not verdict.reasons and terms_of(verdict).most:
                return _keep(session, wait, wish, verdict, account.id, now)
    return None


def _keep(session: Session, wait: Wait, wish: Wish, verdict: Verdict, account_id: int, now: datetime) -> Offer:
    period = wish.period
    until = terms_of(verdict).answer_by(now, period.start, verdict.case.zone)
    held = Reservation(
        resource_id=wish.resource_id,
        member_id=wish.member_id,
        account_id=account_id,
        project_id=wish.project_id,
        starts_at=period.start,
        ends_at=period.end,
        places=wish.places,
        guests=wish.guests,
        state=ReservationState.CANCELLED,
        created_at=now,
        created_by_id=wish.member_id,
        offered_until=until,
    )
    session.add(held)
    session.flush()
    claiming.claim(session, held, verdict.chosen, verdict.occupied)
    offer = Offer(
        wait_id=wait.id,
        reservation_id=held.id,
        resource_id=wish.resource_id,
        starts_at=period.start,
        ends_at=period.end,
        made_at=now,
        until=until,
    )
    session.add(offer)
    session.flush()
    offered.send(None, session=session, offer=offer, now=now)
    return offer
