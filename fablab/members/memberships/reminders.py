"""Whom to remind that a membership ends, or has ended: each time once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fablab.members.memberships.rules import TOLD_OF_END_WITHIN, reminder_due, reminders_of
from fablab.members.models import Member, Membership, MembershipKind

FURTHEST = timedelta(days=367)
PAGE = 400
"""Memberships looked at in one transaction, so that nobody waits for a whole network's."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is due: how many days before the end, or `rules.AFTER_END`."""

    membership: Membership
    days: int


def due(session: Session, now: datetime, after: int = 0) -> tuple[list[Reminder], int | None]:
    """The reminders to write now among the next memberships after an id, and the id to go on after; None at the end.

    They are taken as told. Who renewed, or has left, gets none.
    """
    renewed = select(Membership.renews_id).where(Membership.renews_id.is_not(None), Membership.ended_on.is_(None))
    query = (
        select(Membership)
        .join(Member, Member.id == Membership.holder_id)
        .options(
            joinedload(Membership.kind).joinedload(MembershipKind.site),
            joinedload(Membership.kind).joinedload(MembershipKind.legal_entity),
            joinedload(Membership.holder),
            selectinload(Membership.pauses),
        )
        .where(
            Membership.last_on >= now.date() - timedelta(days=TOLD_OF_END_WITHIN + 1),
            Membership.last_on <= now.date() + FURTHEST,
            Membership.ended_on.is_(None),
            Membership.id.not_in(renewed),
            Membership.id > after,
            Member.left_at.is_(None),
        )
    )
    found, rows = [], list(session.scalars(query.order_by(Membership.id).limit(PAGE)))
    for row in rows:
        kind = row.kind
        today = now.astimezone(kind.zone).date()
        days = reminder_due(row.term, reminders_of(kind.remind_days), kind.remind_at_end, today)
        # A pause moves the end, and with it what is to be told.
        occasion = f"{days}@{row.last_on}"
        if days is not None and row.told != occasion:
            row.told = occasion
            found.append(Reminder(row, days))
    session.flush()
    return found, rows[-1].id if len(rows) == PAGE else None
