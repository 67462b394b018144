"""What the waiting list does when time is given back, and when people leave or turn out to be one."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import paying
from fablab.booking.handing import giving
from fablab.booking.models import Reservation, Wait, WaitEnd
from fablab.booking.queue import freed, joining, queries
from fablab.booking.signals import cancelled, missed, moved
from fablab.catalog.models import Resource
from fablab.core.period import Period
from fablab.members.models import Member
from fablab.members.signals import member_left, member_merged


@cancelled.connect
def pass_on(sender: Any, *, session: Session, reservation: Reservation, now: datetime, **more: Any) -> None:
    """A reservation was given back; it is no longer another's to take over."""
    giving.end_with(session, reservation.id, now)
    freed.note(session, [reservation.resource_id], reservation.period, now)


@moved.connect
def pass_on_before(sender: Any, *, session: Session, before: Resource, was: Period, now: datetime, **more: Any) -> None:
    """A reservation is elsewhere, or shorter: what of its time is taken still is found to be so when it is offered."""
    freed.note(session, [before.id], was, now)


@missed.connect
def pass_on_rest(sender: Any, *, session: Session, reservation: Reservation, now: datetime, **more: Any) -> None:
    """Nobody came."""
    freed.note(session, [reservation.resource_id], reservation.period, now)


@member_left.connect
def leave(sender: Any, *, session: Session, member_ids: list[int], now: datetime, **more: Any) -> None:
    """Whoever has left waits no longer, and neither hands over nor takes."""
    giving.give_up(session, member_ids, now)
    query = select(Wait.id).where(Wait.member_id.in_(member_ids), Wait.ended_at.is_(None)).order_by(Wait.id)
    for wait_id in session.scalars(query).all():
        joining.end(session, queries.lock(session, wait_id), WaitEnd.LEFT, now)


@member_merged.connect
def pay_from_own(sender: Any, *, session: Session, survivor: Member, merged: Member, **more: Any) -> None:
    """Whoever waited on the own account of a record that is no more waited on that of the one that stays."""
    paying.own_again(session, Wait, survivor, merged)
