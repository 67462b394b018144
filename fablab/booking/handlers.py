"""What becomes of reservations when their people leave, or turn out to be one."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fablab.booking import services
from fablab.booking.models import Reservation, ReservationState
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.models import Account, Member
from fablab.members.signals import member_left, member_merged


@member_left.connect
def cancel(sender: Any, *, session: Session, member_ids: list[int], now: datetime, **more: Any) -> None:
    """Give back what somebody who has left had reserved; nobody told them what that would cost."""
    query = select(Reservation.id, Reservation.member_id).where(
        Reservation.member_id.in_(member_ids),
        Reservation.state == ReservationState.BOOKED,
        Reservation.ends_at > now,
    )
    for row in session.execute(query.order_by(Reservation.resource_id, Reservation.id)).all():
        services.cancel(session, Actor(row.member_id), row.id, now, agreed_cents=None)


@member_merged.connect
def pay_from_one(sender: Any, *, session: Session, survivor: Member, merged: Member, now: datetime) -> None:
    """What was reserved on the tombstone's own account and has not begun, the survivor's own account pays."""
    own_id = members.personal_account(session, survivor.id).id
    theirs = select(Account.id).where(Account.owner_id.in_([merged.id, survivor.id]), Account.id != own_id)
    ahead = (
        Reservation.member_id == survivor.id,
        Reservation.account_id.in_(theirs),
        Reservation.project_id.is_(None),
        Reservation.state == ReservationState.BOOKED,
        Reservation.started_at.is_(None),
        Reservation.ends_at > now,
    )
    session.execute(update(Reservation).where(*ahead).values(account_id=own_id))
    session.flush()
