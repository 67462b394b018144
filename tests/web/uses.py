"""Uses of machines, made for tests as the worker would have made them."""

from datetime import UTC, datetime, timedelta

from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.usage.models import Job, Review, UsageSession
from fablab.usage.signals import session_closed
from tests.conftest import Lab


def used(
    lab: Lab, member_id: int | None, *, minutes: int = 60, review: Review | None = None, began: datetime | None = None
) -> int:
    """A use of the printer that has ended; one that is nobody's, or unclear, waits for staff."""
    now = datetime.now(UTC)
    # On the first of a month an hour ago is another month: what is tested is this one.
    start = began or max(now - timedelta(minutes=minutes + 5), now.replace(day=1, hour=0, minute=0, second=0))
    with transaction() as session:
        usage = UsageSession(
            resource_id=lab.cast.printer,
            member_id=member_id,
            account_id=members.personal_account(session, member_id).id if member_id else None,
            started_at=start,
            ended_at=start + timedelta(minutes=minutes),
            seconds=minutes * 60,
            outcome="done",
            review=review or (None if member_id else Review.NOBODY),
        )
        session.add(usage)
        session.flush()
        job = Job(
            resource_id=usage.resource_id,
            session_id=usage.id,
            key=f"test-{usage.id}",
            file_name="bracket.gcode",
            path="bracket.gcode",
            started_at=usage.started_at,
            ended_at=usage.ended_at,
        )
        session.add(job)
        session.flush()
        session_closed.send(None, session=session, usage=usage, now=now)
        return usage.id
