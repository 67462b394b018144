"""What is asked of machines' states and of sessions of use."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.usage.models import Connection, LiveState, UsageSession

_SHOWN = (
    joinedload(UsageSession.resource).joinedload(Resource.site),
    joinedload(UsageSession.member),
    joinedload(UsageSession.account),
    selectinload(UsageSession.jobs),
)


def live_states(session: Session, resource_ids: Iterable[int]) -> dict[int, LiveState]:
    """What each of these resources' machines said last; those without a connection are left out."""
    query = (
        select(Connection.resource_id, LiveState)
        .join(LiveState, LiveState.connection_id == Connection.id)
        .where(Connection.resource_id.in_(set(resource_ids)))
    )
    return {row.resource_id: row.LiveState for row in session.execute(query)}


def usage_session(session: Session, session_id: int) -> UsageSession:
    """The session of use with this id; NotFound if there is none."""
    found = session.scalar(select(UsageSession).options(*_SHOWN).where(UsageSession.id == session_id))
    if found is None:
        raise NotFound(f"usage session {session_id}")
    return found


def open_sessions(session: Session, resource_ids: Iterable[int]) -> dict[int, UsageSession]:
    """The use that is going on now on each of these resources."""
    query = (
        select(UsageSession)
        .options(*_SHOWN)
        .where(UsageSession.resource_id.in_(set(resource_ids)), UsageSession.ended_at.is_(None))
    )
    return {row.resource_id: row for row in session.scalars(query)}


def sessions_of(
    session: Session, member_id: int, within: Period, *, offset: int = 0, limit: int = 2000
) -> list[UsageSession]:
    """A member's uses that began in the period, the latest first."""
    query = (
        select(UsageSession)
        .options(*_SHOWN)
        .where(
            UsageSession.member_id == member_id,
            UsageSession.started_at >= within.start,
            UsageSession.started_at < within.end,
        )
        .order_by(UsageSession.started_at.desc(), UsageSession.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return list(session.scalars(query))


def waiting(session: Session, site_ids: Iterable[int], *, limit: int = 200) -> list[UsageSession]:
    """Uses at these sites that wait for a person: nobody's, unknown, failed. The oldest first."""
    query = (
        select(UsageSession)
        .join(UsageSession.resource)
        .options(*_SHOWN)
        .where(Resource.site_id.in_(set(site_ids)), UsageSession.review.is_not(None))
        .order_by(UsageSession.started_at, UsageSession.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def measured_since(session: Session, resource_id: int, moment: datetime) -> int:
    """The seconds of measured use of a resource in sessions that are over and began since an instant."""
    query = select(func.coalesce(func.sum(UsageSession.seconds), 0)).where(
        UsageSession.resource_id == resource_id,
        UsageSession.started_at >= moment,
        UsageSession.ended_at.is_not(None),
    )
    return int(session.scalar(query) or 0)
