"""Offering one's reservation to somebody, and keeping it after all."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fablab.booking.handing import queries, terms
from fablab.booking.models import HandOver, HandOverState
from fablab.booking.signals import hand_over_offered
from fablab.catalog import queries as catalog
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import queries as members
from fablab.members import throttle
from fablab.members.actor import Actor
from fablab.members.models import Member

LONGEST_NAME = 200
TRIES = 10
"""So many times in a quarter of an hour one person names somebody."""


def reasons_against(session: Session, actor: Actor, reservation_id: int, now: datetime) -> list[Refusal]:
    """Why a reservation cannot be handed over now; for its holder.

    Raises:
        NotFound: it is not the person's own, nor their ward's.
    """
    seen = terms.own(session, actor, reservation_id)
    return [*terms.reasons_against(seen, now), *terms.deadline_of(session, seen, now)[1]]


def offer(session: Session, actor: Actor, reservation_id: int, named: str, now: datetime) -> HandOver:
    """Offer a reservation to somebody by their address or member number, instead of to whom it was offered before.

    Raises:
        NotFound: it is not the person's own, nor their ward's.
        Refused: it cannot be handed over, it is offered to its holder, or they named too many people.
    """
    seen = terms.own(session, actor, reservation_id)
    catalog.lock_resources(session, [seen.resource_id])
    session.refresh(seen)
    terms.own(session, actor, seen.id)
    until, against = terms.deadline_of(session, seen, now)
    named = line_of(named)
    reasons = [*terms.reasons_against(seen, now), *against]
    if not named or len(named) > LONGEST_NAME:
        reasons.append(Refusal("named", _("Say to whom: their e-mail address or member number.")))
    taker = _named(session, named)
    if taker is not None and taker.id == seen.member_id:
        reasons.append(Refusal("named", _("It is yours already.")))
    if reasons:
        raise Refused(reasons)
    throttle.count(session, {throttle.key_of("hand over", str(actor.member_id)): TRIES}, now)
    _close(session, [seen.id], HandOverState.WITHDRAWN, now)
    made = HandOver(
        reservation_id=seen.id,
        from_id=seen.member_id,
        to_id=taker.id if taker else None,
        named=named,
        offered_at=now,
        until=until,
    )
    session.add(made)
    session.flush()
    if taker is not None:
        hand_over_offered.send(None, session=session, hand_over=made, reservation=seen, now=now)
    return made


def withdraw(session: Session, actor: Actor, reservation_id: int, now: datetime) -> None:
    """Keep a reservation after all; nothing where it is offered to nobody.

    Raises:
        NotFound: it is not the person's own, nor their ward's.
    """
    seen = terms.own(session, actor, reservation_id)
    catalog.lock_resources(session, [seen.resource_id])
    _close(session, [seen.id], HandOverState.WITHDRAWN, now)


def decline(session: Session, actor: Actor, hand_over_id: int, now: datetime) -> None:
    """Leave a reservation to its holder. Declining twice equals once.

    Raises:
        NotFound: it is offered to somebody else.
    """
    seen = queries.seen_by_taker(session, actor, hand_over_id)
    catalog.lock_resources(session, [seen.reservation.resource_id])
    _close(session, [seen.reservation_id], HandOverState.DECLINED, now, hand_over_id)


def end_over(session: Session, now: datetime) -> None:
    """End those that nobody took in time, and forget how they were named."""
    over = update(HandOver).where(HandOver.state == HandOverState.OPEN, HandOver.until <= now)
    session.execute(over.values(state=HandOverState.LAPSED, settled_at=now, named=""))


def give_up(session: Session, member_ids: list[int], now: datetime) -> None:
    """End those by and to people who have left."""
    either = HandOver.from_id.in_(member_ids) | HandOver.to_id.in_(member_ids)
    query = select(HandOver.reservation_id).where(either, HandOver.state == HandOverState.OPEN)
    _close(session, list(session.scalars(query)), HandOverState.WITHDRAWN, now)


def end_with(session: Session, reservation_id: int, now: datetime) -> None:
    """End what a reservation that was given back is offered by."""
    _close(session, [reservation_id], HandOverState.WITHDRAWN, now)


def _named(session: Session, text: str) -> Member | None:
    """The member whom an address or a member number means."""
    if text.isascii() and text.isdigit():
        found = session.get(Member, int(text)) if len(text) < 10 else None
    else:
        found = members.member_by_email(session, text) if text else None
    return found if found is not None and found.left_at is None and found.merged_into_id is None else None


def _close(
    session: Session, reservation_ids: list[int], state: HandOverState, now: datetime, hand_over_id: int | None = None
) -> None:
    closing = update(HandOver).where(HandOver.reservation_id.in_(reservation_ids), HandOver.state == HandOverState.OPEN)
    if hand_over_id is not None:
        closing = closing.where(HandOver.id == hand_over_id)
    session.execute(closing.values(state=state, settled_at=now, named=""))
