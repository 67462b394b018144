"""What is asked of reservations that are handed over."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import HandOver, HandOverState, Reservation
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.members import guardians
from fablab.members.actor import Actor

_SHOWN = (
    joinedload(HandOver.reservation).joinedload(Reservation.resource).joinedload(Resource.site),
    joinedload(HandOver.holder),
)


def seen_by_taker(session: Session, actor: Actor, hand_over_id: int) -> HandOver:
    """What is offered to this person or their ward; NotFound for anybody else's, its holder's too."""
    found = session.scalar(select(HandOver).options(*_SHOWN).where(HandOver.id == hand_over_id))
    if found is None or found.to_id is None:
        raise NotFound(f"hand-over {hand_over_id}")
    if not guardians.acts_for(session, actor, found.to_id):
        raise NotFound(f"hand-over {hand_over_id}")
    return found


def open_of(session: Session, reservation_id: int, now: datetime) -> HandOver | None:
    """What a reservation is offered by, if it is; for its holder."""
    query = select(HandOver).where(
        HandOver.reservation_id == reservation_id, HandOver.state == HandOverState.OPEN, HandOver.until > now
    )
    return session.scalar(query)


def open_for(session: Session, member_ids: list[int], now: datetime) -> list[HandOver]:
    """What these people may take over now, the next one first."""
    query = (
        select(HandOver)
        .join(HandOver.reservation)
        .options(*_SHOWN)
        .where(HandOver.to_id.in_(member_ids), HandOver.state == HandOverState.OPEN, HandOver.until > now)
    )
    return list(session.scalars(query.order_by(Reservation.starts_at, HandOver.id)))
