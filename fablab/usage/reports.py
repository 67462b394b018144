"""What machines report becomes rows: live states, jobs, and sessions of use."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import queries as booking
from fablab.booking import services as reservations
from fablab.catalog import services as catalog
from fablab.catalog.queries import lock_resources
from fablab.usage.connections import condition_of
from fablab.usage.lost import end_lost
from fablab.usage.models import Connection, Job, LiveState, Review, UsageSession
from fablab.usage.signals import session_closed
from machines.poller import Reading
from machines.tracker import Event, JobEnded, JobProgressed, JobStarted, Outcome

EARLY = timedelta(minutes=15)
"""How long before its reservation a print still belongs to it."""
REWRITE_AFTER = timedelta(seconds=15)
"""How old what we show of an unchanged machine may become before it is written again."""


def take(session: Session, reading: Reading, version: int, now: datetime) -> bool:
    """Write down what a reading brought, if it was made from the state that is still there.

    Returns False, and writes nothing, when the connection is gone or another worker was quicker.
    """
    connection = session.get(Connection, reading.id)
    if connection is None:
        return False
    if reading.events:
        # The machine before what it said, in the order in which staff lock them when they reconnect it.
        lock_resources(session, [connection.resource_id])
    query = select(LiveState).where(LiveState.connection_id == reading.id).with_for_update()
    live = session.scalar(query.execution_options(populate_existing=True))
    if live is None or live.version != version:
        return False
    for event in reading.events:
        _hear(session, connection.resource_id, event, now)
    if _has_news(live, reading):
        _rewrite(live, reading)
    session.flush()
    return True


def _has_news(live: LiveState, reading: Reading) -> bool:
    """A machine that goes on doing nothing is written down now and then; anything else at once."""
    fresh = live.asked_at is not None and reading.at - live.asked_at < REWRITE_AFTER
    same = live.condition == condition_of(reading.status, reading.error)
    return bool(reading.events) or reading.state.job is not None or not (fresh and same)


def _rewrite(live: LiveState, reading: Reading) -> None:
    live.version += 1
    live.tracker = reading.state.to_json()
    live.condition = condition_of(reading.status, reading.error)
    live.asked_at = reading.at
    status = reading.status
    if status is None:
        live.text = str(reading.error)[:200]
        return
    live.answered_at = reading.at
    live.text = status.text[:200]
    running = live.condition not in ("idle", "off", "fault")
    live.file_name = status.file_name if running else None
    live.progress = status.progress if running else None
    live.printed_seconds = status.printed_seconds if running else None
    live.remaining_seconds = status.remaining_seconds if running else None


def _hear(session: Session, resource_id: int, event: Event, now: datetime) -> None:
    job = session.scalar(select(Job).where(Job.resource_id == resource_id, Job.key == event.job_key))
    match event:
        case JobStarted():
            if job is None:
                _open(session, resource_id, event, now)
        case JobProgressed():
            if job is not None and job.ended_at is None:
                _progress(session, job, event.printed_seconds)
        case JobEnded():
            if job is not None and job.ended_at is None:
                _close(session, job, event, now)


def _open(session: Session, resource_id: int, event: JobStarted, now: datetime) -> None:
    end_lost(session, resource_id, event.started_at, now)
    usage = UsageSession(resource_id=resource_id, started_at=event.started_at)
    session.add(usage)
    session.flush()
    session.add(
        Job(
            resource_id=resource_id,
            session_id=usage.id,
            key=event.job_key,
            path=event.path,
            file_name=event.file_name,
            machine_user=event.user,
            started_at=event.started_at,
        )
    )
    _attribute(session, usage)
    session.flush()


def _progress(session: Session, job: Job, printed_seconds: int) -> None:
    job.printed_seconds = printed_seconds
    job.session.seconds = printed_seconds
    if job.session.member_id is None:
        _attribute(session, job.session)


def _close(session: Session, job: Job, event: JobEnded, now: datetime) -> None:
    usage = job.session
    job.ended_at = usage.ended_at = max(event.ended_at, job.started_at)
    job.printed_seconds = usage.seconds = event.printed_seconds
    job.outcome = usage.outcome = event.outcome.value
    job.certain = event.certain
    if usage.member_id is None:
        _attribute(session, usage)
    if event.outcome == Outcome.UNKNOWN:
        usage.review = Review.UNKNOWN
    elif event.outcome == Outcome.FAILED:
        usage.review = Review.FAILED
    if usage.member_id is None:
        usage.review = Review.NOBODY
    session.flush()
    catalog.add_use(session, usage.resource_id, usage.seconds)
    session_closed.send(None, session=session, usage=usage, now=now)


def _attribute(session: Session, usage: UsageSession) -> None:
    """Find whose use it is: the reservation that was running when it began, or begins soon after."""
    found = booking.running_on(session, usage.resource_id, usage.started_at, usage.started_at + EARLY)
    if found is None:
        return
    usage.reservation_id = found.id
    usage.member_id = found.member_id
    usage.account_id = found.account_id
    usage.project_id = found.project_id
    usage.nature = found.nature
    reservations.mark_started(session, found, usage.started_at)
