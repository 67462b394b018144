"""How long what came of appointments, and calendars that were revoked, are kept; and who came, as reservations tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from fablab.booking.models import CalendarFeed, Outcome, Reservation
from fablab.core.db import rows_changed
from fablab.core.i18n import _
from fablab.core.retention import Kind, count_rows, register, remove_rows
from fablab.members.privacy.inactive import seen


@seen
def reserved(since: datetime) -> Select[Any]:
    """Those with a reservation that ended since, or is to come."""
    return select(Reservation.member_id).where(Reservation.ends_at >= since)


def _noted(before: datetime) -> ColumnElement[bool]:
    return (Outcome.noted_at < before) & or_(Outcome.note != "", Outcome.next_step != "")


def _forget(session: Session, before: datetime, now: datetime) -> int:
    return rows_changed(session.execute(update(Outcome).where(_noted(before)).values(note="", next_step="")))


register(
    Kind(
        code="outcomes",
        words=lambda: _("What advisers noted about appointments"),
        purpose=lambda: _("To go on where the last appointment ended."),
        months=24,
        count=lambda session, before: count_rows(session, Outcome, _noted(before)),
        purge=_forget,
    )
)
register(
    Kind(
        code="calendars",
        words=lambda: _("Addresses of calendars that were revoked"),
        purpose=lambda: _("To tell when an address was opened and closed."),
        months=12,
        count=lambda session, before: count_rows(session, CalendarFeed, CalendarFeed.revoked_at < before),
        purge=lambda session, before, now: remove_rows(session, CalendarFeed, CalendarFeed.revoked_at < before),
    )
)
