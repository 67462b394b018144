"""How long the names of guests are kept."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fablab.core.i18n import _
from fablab.core.retention import Kind, register
from fablab.presence.corrections import forget_guests
from fablab.presence.models import Arrival


def _count(session: Session, before: datetime) -> int:
    query = select(func.count()).where(Arrival.guest_name.is_not(None), Arrival.arrived_at < before)
    return session.scalar(query) or 0


def _forget(session: Session, before: datetime, now: datetime) -> int:
    return forget_guests(session, before)


register(
    Kind(
        code="guests",
        words=lambda: _("The names of guests; their visits stay counted"),
        purpose=lambda: _("To know who is in the building."),
        months=3,
        count=_count,
        purge=_forget,
    )
)
