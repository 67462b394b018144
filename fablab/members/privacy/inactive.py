"""People who have not come for long: warned by a mail, and erased a month later unless they come again.

What counts as coming, each feature tells with `seen`: a reservation, a use, a shift. Who has a role is never forgotten,
nor who answers for somebody who still comes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from fablab.members.models import (
    AccessToken,
    CharterAcceptance,
    ConsentGiven,
    Guardianship,
    Member,
    PasswordToken,
    RoleGrant,
)
from fablab.members.privacy.erasing import erase_forgotten
from fablab.members.signals import erasure_near

NOTICE = timedelta(days=30)
"""How long somebody has after the warning."""
AT_ONCE = 500
"""How many people one purge warns or erases, so that no transaction lasts for ever; the next one goes on."""
Seen = Callable[[datetime], Select[Any]]
"""The ids of the people who came since an instant."""
_SEEN: list[Seen] = []


def seen(select_people: Seen) -> Seen:
    """Tell of a way of coming; a feature does so once, when it is imported."""
    _SEEN.append(select_people)
    return select_people


@seen
def _joined(since: datetime) -> Select[Any]:
    return select(Member.id).where(Member.created_at >= since)


@seen
def _used_a_program(since: datetime) -> Select[Any]:
    return select(AccessToken.member_id).where(AccessToken.last_used_at >= since)


@seen
def _used_a_link(since: datetime) -> Select[Any]:
    return select(PasswordToken.member_id).where(PasswordToken.used_at >= since)


@seen
def _accepted(since: datetime) -> Select[Any]:
    return select(CharterAcceptance.member_id).where(CharterAcceptance.accepted_at >= since)


@seen
def _answered(since: datetime) -> Select[Any]:
    return select(ConsentGiven.member_id).where(ConsentGiven.at >= since)


def inactive(before: datetime) -> ColumnElement[bool]:
    """The condition under which somebody has not come since an instant and can be forgotten."""
    came = [way(before) for way in _SEEN]
    found = or_(*(Member.id.in_(way) for way in came))
    answers = select(Guardianship.guardian_id).where(
        Guardianship.ended_at.is_(None), or_(*(Guardianship.ward_id.in_(way) for way in came))
    )
    kept = or_(found, Member.id.in_(answers), Member.id.in_(select(RoleGrant.member_id)))
    return Member.erased_at.is_(None) & Member.merged_into_id.is_(None) & ~kept


def count(session: Session, before: datetime) -> int:
    """How many people have not come since then."""
    return session.scalar(select(func.count()).select_from(Member).where(inactive(before))) or 0


def purge(session: Session, before: datetime, now: datetime) -> int:
    """Warn those who have not come since then and were not warned, and erase those who were warned a month ago and in
    whose way nothing stands; how many were erased. Who came meanwhile is warned no more.
    """
    returned = select(Member).where(Member.erasure_warned_at.is_not(None), ~inactive(before))
    for row in session.scalars(returned):
        row.erasure_warned_at = None
    session.flush()
    found = inactive(before)
    unwarned = select(Member).where(found, Member.erasure_warned_at.is_(None)).order_by(Member.id).limit(AT_ONCE)
    for row in session.scalars(unwarned).all():
        row.erasure_warned_at = now
        erasure_near.send(None, session=session, member=row, days=NOTICE.days, now=now)
    session.flush()
    warned = select(Member.id).where(found, Member.erasure_warned_at <= now - NOTICE).order_by(Member.id).limit(AT_ONCE)
    return sum(erase_forgotten(session, member_id, now) for member_id in session.scalars(warned).all())
