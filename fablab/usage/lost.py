"""Uses whose end nobody will report anymore: they end here, and wait for a person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.catalog import services as catalog
from fablab.usage.models import Review, UsageSession
from fablab.usage.signals import session_closed
from machines.tracker import Outcome


def end_lost(session: Session, resource_id: int, at: datetime, now: datetime) -> None:
    """End the use that is still open on a resource, with what was measured so far; nothing if there is none.

    Its connection was replaced or taken away in mid-job, so that its machine can no longer say how it ended.
    """
    query = select(UsageSession).where(UsageSession.resource_id == resource_id, UsageSession.ended_at.is_(None))
    usage = session.scalar(query)
    if usage is None:
        return
    usage.ended_at = max(at, usage.started_at)
    usage.outcome = Outcome.UNKNOWN.value
    usage.review = Review.UNKNOWN
    for job in usage.jobs:
        if job.ended_at is None:
            job.ended_at, job.outcome, job.certain = usage.ended_at, usage.outcome, False
    session.flush()
    catalog.add_use(session, resource_id, usage.seconds)
    session_closed.send(None, session=session, usage=usage, now=now)
