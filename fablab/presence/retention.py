"""How long the names of guests are kept: figures need none."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fablab.core.i18n import _
from fablab.core.retention import Kind, count_rows, register
from fablab.presence import corrections
from fablab.presence.models import Arrival


def _named(before: datetime) -> ColumnElement[bool]:
    return (Arrival.arrived_at < before) & Arrival.guest_name.is_not(None)


def _forget(session: Session, before: datetime, now: datetime) -> int:
    gone = 0
    while some := corrections.forget_guests(session, before):
        gone += some
    return gone


register(
    Kind(
        code="guests",
        words=lambda: _("The names of guests who came without being members"),
        purpose=lambda: _("To know who is in the building. Afterwards figures are all that is needed."),
        months=1,
        count=lambda session, before: count_rows(session, Arrival, _named(before)),
        purge=_forget,
    )
)
