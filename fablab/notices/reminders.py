"""Reminding members of what they have reserved: once of each beginning, as long before as they chose."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import ChangeKind, Nature, Reservation, ReservationChange, ReservationState, ReviewState
from fablab.catalog.models import Resource
from fablab.core import outbox
from fablab.core.links import link
from fablab.notices.choices import Choices, choices_of_many
from fablab.notices.kinds import HOURS, NoticeKind
from fablab.notices.mails import write_mail

FRESH = timedelta(hours=2)
"""Whoever got it so shortly before the reminder, or later, needs none."""
_AT_ONCE = 500


def remind_of_reservations(session: Session, now: datetime, after: int = 0) -> int | None:
    """Mail the reminders that are due, for some hundreds of reservations after an id; the id to go on after, or None.

    What is moved is reminded of again, unless it was moved shortly before; so is whoever takes it over.
    """
    rows = _near(session, now, after)
    chosen = choices_of_many(session, {row.member_id for row, _since in rows})
    due = [row for row, since in rows if _is_due(row, since, chosen[row.member_id], now)]
    told = outbox.known(session, [_key(row) for row in due])
    for row in due:
        if _key(row) not in told:
            values = {"reservation": row, "zone": row.resource.site.zone, "link": link(f"/reservations/{row.id}")}
            write_mail(session, row.member, "reminder", _key(row), now, **values)
    return rows[-1][0].id if len(rows) == _AT_ONCE else None


def _near(session: Session, now: datetime, after: int) -> list[tuple[Reservation, datetime]]:
    """The reservations of members that begin within the longest lead, and since when each is as it is."""
    given = (ChangeKind.MOVED, ChangeKind.HANDED_OVER)
    changed_at = (
        select(func.max(ReservationChange.at))
        .where(ReservationChange.reservation_id == Reservation.id, ReservationChange.kind.in_(given))
        .correlate(Reservation)
        .scalar_subquery()
    )
    query = (
        select(Reservation, changed_at)
        .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Reservation.id > after,
            Reservation.state == ReservationState.BOOKED,
            Reservation.nature == Nature.MEMBER,
            or_(Reservation.review.is_(None), Reservation.review != ReviewState.ASKED),
            Reservation.started_at.is_(None),
            Reservation.starts_at > now,
            Reservation.starts_at <= now + timedelta(hours=max(HOURS)),
        )
        .order_by(Reservation.id)
        .limit(_AT_ONCE)
    )
    return [
        (row, max(moment for moment in (row.created_at, row.reviewed_at, changed) if moment is not None))
        for row, changed in session.execute(query)
    ]


def _is_due(row: Reservation, since: datetime, chosen: Choices, now: datetime) -> bool:
    remind_at = row.starts_at - chosen.lead
    return chosen.wants(NoticeKind.REMINDER) and remind_at <= now and since <= remind_at - FRESH


def _key(row: Reservation) -> str:
    return f"reminder:{row.id}:{row.member_id}:{row.starts_at:%Y%m%dT%H%M}"
