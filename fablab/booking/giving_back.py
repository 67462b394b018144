"""Giving a reservation back that stands and whose resource is locked; what it costs is asked by whoever calls."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking import claiming
from fablab.booking.models import Reservation, ReservationState
from fablab.booking.signals import cancelled


def give_back(session: Session, row: Reservation, by_id: int | None, now: datetime, *, reason: str = "") -> None:
    """Cancel it and free its places; by nobody is by the lab itself."""
    row.state = ReservationState.CANCELLED
    row.cancelled_at = now
    row.cancelled_by_id = by_id
    row.cancel_reason = reason
    row.version += 1
    claiming.release(session, row)
    cancelled.send(None, session=session, reservation=row, by_id=by_id, now=now)
