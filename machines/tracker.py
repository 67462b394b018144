"""Turns readings of a machine into jobs: pure, and right across lost polls, restarts and reprints.

The record of a file (RunCounters) is asked only when a run opens, closes or may have been exchanged for another.
With a running machine it must have been read before the status; with a free one, after it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from machines.events import Event, JobEnded, JobProgressed, JobStarted, Outcome
from machines.sameness import goes_on, hides_a_change, is_over, is_stale, is_unsure, may_be_over, shown_seconds
from machines.skew import narrowed, our_time
from machines.status import Activity, MachineStatus, RunCounters
from machines.tracker_state import End, FreeSight, OpenJob, TrackerState, job_key
from machines.unseen import unseen_between, unseen_run
from machines.verdict import CERTAIN_WITHIN, ended, judge, window

__all__ = [
    "Event",
    "JobEnded",
    "JobProgressed",
    "JobStarted",
    "Outcome",
    "TrackerState",
    "missed",
    "observe",
    "wants_counters",
]

PATIENCE = 2
"""For how many polls the record of a run that has ended is waited for."""
OPENING_TRIES = 10
"""For how many polls the record of a run that goes on is asked for, if it is not to be had."""

Step = tuple[TrackerState, tuple[Event, ...]]


def wants_counters(state: TrackerState, status: MachineStatus, at: datetime | None = None) -> str | None:
    """The file whose record must be read now, if any; without a time it asks in doubt."""
    job = state.job
    if job is None:
        opens = status.activity.is_running and status.activity is not Activity.ENDING
        unseen = state.free is not None and at is not None and unseen_between(state.free, status, at) is not None
        return status.path or None if opens or unseen else None
    if job.end is not None or is_over(job, status):
        return job.path or None
    if status.activity is Activity.ENDING:
        return None
    lacks_record = job.success is None and job.tries < OPENING_TRIES
    return job.path or None if lacks_record or may_be_over(job, status, at) else None


def observe(state: TrackerState, status: MachineStatus, counters: RunCounters | None, at: datetime) -> Step:
    """What a reading amounts to; `counters` are of the file that `wants_counters` named, None if not to be had."""
    state = replace(state, silent_since=None)
    job = state.job
    if job is None:
        return _observe_free(state, status, counters, at)
    if goes_on(job, status, counters, at):
        return _progress(state, job, status, counters, at)
    if is_stale(job, status, counters, at):
        return replace(state, job=replace(job, suspect=True)), ()
    return _close(state, job, status, counters, at)


def missed(state: TrackerState, at: datetime) -> TrackerState:
    """A poll failed, which says nothing of the machine: an open job stays open."""
    return state if state.silent_since else replace(state, silent_since=at)


def _observe_free(state: TrackerState, status: MachineStatus, counters: RunCounters | None, at: datetime) -> Step:
    events: tuple[Event, ...] = ()
    free = state.free
    seconds = free and unseen_between(free, status, at)
    if free is not None and seconds is not None:
        if counters is None and not status.activity.is_running and free.tries < PATIENCE:
            return replace(state, free=replace(free, tries=free.tries + 1)), ()
        if counters is not None and counters.last_seconds == seconds:
            path, since = status.path or "", free.since
            events = unseen_run(path, counters, status, free.at, at, state.skew, earliest_start=since)
    if not status.activity.is_running:
        return replace(state, free=_sight(status, at)), events
    job = _opened(free, status, counters, at)
    started = JobStarted(
        job_key=job.key,
        path=job.path,
        file_name=status.file_name or job.path,
        started_at=job.started_at,
        user=status.user,
    )
    return replace(state, job=job), (*events, started, _progressed(job))


def _progress(
    state: TrackerState, job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime
) -> Step:
    unsure = is_unsure(job, status, counters, at)
    # A record that is first read now would not tell the runs before it.
    mixed = unsure and job.success is None and counters is not None
    doubtful = job.doubtful or mixed or hides_a_change(job, status, at)
    seen = _seen(job, status, counters, at)
    seen = replace(seen, end=None, suspect=False, unsure=unsure, doubtful=doubtful)
    before, after = _progressed(job), _progressed(seen)
    events = () if replace(before, seen_at=after.seen_at) == after else (after,)
    return replace(state, job=seen), events


def _close(
    state: TrackerState, job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime
) -> Step:
    end = job.end or _end(job, status, at)
    if _has_failed(status) and end.path is None and not end.reused:
        end = replace(end, error=True)
    if counters is not None and counters.last_ended_at is not None and sum(job.ends_since(counters) or ()) == 1:
        state = replace(state, skew=narrowed(state.skew, counters.last_ended_at, *window(job, end)))
        end = replace(end, likely_at=our_time(state.skew, counters.last_ended_at, *window(job, end)))
    # With the next run under way nothing more will be known, and that run must not wait.
    told = status.activity.is_running and counters is not None
    verdict = judge(job, end, counters, at, final=told or end.tries >= PATIENCE)
    if verdict is None:
        return replace(state, job=replace(job, end=replace(end, tries=end.tries + 1))), ()
    close = ended(job, end, verdict)
    events: tuple[Event, ...] = (close,)
    own = status.activity is Activity.ENDING and status.path == job.path
    if verdict.unseen is not None and counters is not None and not own:
        since = close.earliest_end
        events += unseen_run(job.path, counters, status, close.ended_at, at, state.skew, earliest_start=since)
    state = replace(state, job=None, free=_free_after(events, job, status, counters, at))
    if not status.activity.is_running:
        return state, events
    state, more = _observe_free(state, status, counters if status.path == job.path else None, at)
    return state, events + more


def _free_after(
    events: tuple[Event, ...], job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime
) -> FreeSight:
    """What is remembered of the machine once a run is closed."""
    if status.activity.is_running or (status.complete and status.path != job.path):
        # The next run began, or even ended, since; in the latter case the next poll reads its record.
        last = max((event for event in events if isinstance(event, JobEnded)), key=lambda event: event.ended_at)
        return FreeSight(at=last.ended_at, since=last.earliest_end)
    sight = _sight(status, at)
    if status.path == job.path and counters is not None and counters.last_success:
        return replace(sight, last_run_seconds=counters.last_seconds)
    return sight


def _opened(free: FreeSight | None, status: MachineStatus, counters: RunCounters | None, at: datetime) -> OpenJob:
    path = status.path or ""
    ending = status.activity is Activity.ENDING
    shown = shown_seconds(status)
    started_at = at - timedelta(seconds=shown or 0)
    unseen_start = shown is None and free is None
    if free is not None and free.at <= at and (shown is None or started_at <= free.at):
        # It ran while the machine was seen free? Then part of it may have been counted already.
        unseen_start = free.at - started_at > CERTAIN_WITHIN
        started_at = free.at + timedelta(microseconds=1)
    job = OpenJob(
        key=job_key(started_at, path),
        path=path,
        started_at=started_at,
        activity=status.activity,
        seen_at=at,
        worked_at=min(free.at + timedelta(seconds=shown or 0), at) if ending and free is not None else at,
        fingerprint=status.last_run_seconds,
        doubtful=unseen_start,
    )
    return _seen(job, status, counters, at)


def _seen(job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime) -> OpenJob:
    """The job after one more sight of it."""
    job = replace(
        job,
        activity=status.activity,
        seen_at=at,
        printed_seconds=max(shown_seconds(status) or 0, job.printed_seconds),
        progress=status.progress,
        remaining_seconds=status.remaining_seconds,
        cancelling=job.cancelling or status.cancelling,
    )
    if status.activity is Activity.ENDING:
        return replace(job, over_at=job.over_at or at, complete=job.complete or status.complete)
    if job.success is None and counters is not None:
        job = replace(job, success=counters.success, failure=counters.failure)
    elif job.success is None:
        job = replace(job, tries=job.tries + 1)
    fingerprint = job.fingerprint if status.last_run_seconds is None else status.last_run_seconds
    return replace(job, worked_at=at, paused=status.activity is Activity.PAUSED, fingerprint=fingerprint)


def _progressed(job: OpenJob) -> JobProgressed:
    return JobProgressed(
        job_key=job.key,
        seen_at=job.seen_at,
        printed_seconds=job.printed_seconds,
        progress=job.progress,
        remaining_seconds=job.remaining_seconds,
        activity=job.activity,
    )


def _end(job: OpenJob, status: MachineStatus, at: datetime) -> End:
    running = status.activity.is_running
    same_file = status.path == job.path
    shown = same_file and status.activity is Activity.IDLE
    began = at - timedelta(seconds=shown_seconds(status) or 0)
    return End(
        at=max(job.seen_at, began) if running else at,
        reused=running,
        path=status.path,
        complete=shown and status.complete,
        printed_seconds=status.printed_seconds if shown else None,
        last_run_seconds=status.last_run_seconds if same_file else None,
        error=_has_failed(status),
    )


def _sight(status: MachineStatus, at: datetime) -> FreeSight:
    complete = status.complete and status.activity is Activity.IDLE
    return FreeSight(at=at, path=status.path, complete=complete, last_run_seconds=status.last_run_seconds)


def _has_failed(status: MachineStatus) -> bool:
    return status.activity in (Activity.OFF, Activity.FAULT) and bool(status.error)
