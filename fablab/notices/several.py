"""What members are told when several reservations of theirs are made or changed in one go: one mail instead of many."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import Reservation
from fablab.booking.signals import several_booked, several_cancelled, several_moved
from fablab.core import outbox
from fablab.core.links import link
from fablab.members import queries as members
from fablab.notices import keys
from fablab.notices.mails import write_mail


@several_booked.connect
def tell_several_booked(sender: Any, *, session: Session, reservations: Sequence[Reservation], now: datetime) -> None:
    """Confirm all of them to their member."""
    _tell(session, reservations, keys.booked, "several_booked", now)


@several_moved.connect
def tell_several_moved(
    sender: Any, *, session: Session, reservations: Sequence[Reservation], by_id: int, reason: str, now: datetime
) -> None:
    """Tell those whose reservations got other times or resources, and why."""
    _tell(session, reservations, keys.moved, "several_moved", now, by_id=by_id, reason=reason)


@several_cancelled.connect
def tell_several_cancelled(
    sender: Any, *, session: Session, reservations: Sequence[Reservation], by_id: int, reason: str, now: datetime
) -> None:
    """Tell those whose reservations were cancelled, and why."""
    _tell(session, reservations, keys.cancelled, "several_cancelled", now, by_id=by_id, reason=reason)


def _tell(
    session: Session,
    reservations: Sequence[Reservation],
    key: Callable[[Reservation], str],
    template: str,
    now: datetime,
    *,
    by_id: int | None = None,
    reason: str = "",
) -> None:
    """One mail to each member who has more than one of them; a single one was told by itself."""
    for member_id in sorted({row.member_id for row in reservations}):
        rows = [row for row in reservations if row.member_id == member_id]
        if len(rows) == 1:
            continue
        member, told = members.member(session, member_id), [key(row) for row in rows]
        outbox.take_back(session, told)
        where = link("/day" if template == "several_cancelled" else "/me")
        values = {"reservations": rows, "reason": reason, "link": where, "is_own": member_id == by_id}
        write_mail(session, member, template, f"several:{told[0]}", now, **values)
