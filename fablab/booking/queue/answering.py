"""Answering an offer: accepting it makes it a reservation, declining it gives it to the next in line."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking import claiming, services
from fablab.booking import queries as reservations
from fablab.booking.models import Offer, OfferState, Reservation, WaitEnd
from fablab.booking.queue import offering, queries
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.actor import Actor


def accept(session: Session, actor: Actor, offer_id: int, now: datetime) -> Reservation:
    """Take what is offered; everything is judged once more. Accepting twice equals once.

    Raises:
        NotFound: it is offered to somebody else.
        Refused: it was answered, its time is over, or a rule speaks against it by now; it is kept until its end.
    """
    seen = queries.offer_seen_by(session, actor, offer_id)
    claiming.lock(session, [seen.resource_id])
    wait = queries.lock(session, seen.wait_id)
    session.refresh(seen)
    if seen.state == OfferState.ACCEPTED and seen.reservation_id is not None:
        return reservations.reservation(session, seen.reservation_id)
    _check_open(seen, now)
    offering.release(session, seen)
    wish = offering.wish_of(wait, seen.resource_id, seen.period)
    made = services.book(session, actor, wish, now, is_promised=True)
    seen.state, seen.settled_at, seen.settled_by_id = OfferState.ACCEPTED, now, actor.member_id
    seen.reservation_id = made.id
    wait.ended_at, wait.ended_how = now, WaitEnd.SERVED
    session.flush()
    return made


def decline(session: Session, actor: Actor, offer_id: int, now: datetime) -> Offer:
    """Let somebody else have it, and go on waiting. Declining twice equals once.

    Raises:
        NotFound: it is offered to somebody else.
        Refused: it was accepted, or its time is over.
    """
    seen = queries.offer_seen_by(session, actor, offer_id)
    queries.lock(session, seen.wait_id)
    session.refresh(seen)
    if seen.state == OfferState.DECLINED:
        return seen
    _check_open(seen, now)
    offering.let_go(session, seen, OfferState.DECLINED, now, actor.member_id)
    return seen


def _check_open(seen: Offer, now: datetime) -> None:
    if seen.state == OfferState.ACCEPTED:
        raise Refused.because("offer_accepted", _("You have accepted this offer already."))
    if not seen.is_open(now):
        raise Refused.because("offer_over", _("This offer is over; it went to the next in line."))
