"""Runs that began and ended between two polls: found only where the machine's own record proves them."""

from datetime import datetime, timedelta

from machines.events import JobEnded, JobStarted, Outcome
from machines.sameness import shown_seconds
from machines.skew import our_time
from machines.status import Activity, MachineStatus, RunCounters
from machines.tracker_state import FreeSight, Skew, job_key
from machines.verdict import CERTAIN_WITHIN, SLACK


def unseen_between(free: FreeSight, status: MachineStatus, at: datetime) -> float | None:
    """For how long a run worked that must have been completed since the machine was seen free."""
    seconds = status.last_run_seconds
    if seconds is None or not status.path or status.activity is Activity.ENDING:
        return None
    same_file = free.path == status.path
    renewed = same_file and free.last_run_seconds != seconds
    idle_after_run = status.activity is Activity.IDLE and status.complete
    appeared = idle_after_run and not (same_file and free.complete)
    if not renewed and not appeared:
        return None
    if idle_after_run and abs(seconds - (status.printed_seconds or 0)) > SLACK.total_seconds():
        return None
    since = shown_seconds(status) or 0 if status.activity.is_running else 0
    return seconds if timedelta(seconds=seconds + since) <= at - free.at + SLACK else None


def unseen_run(
    path: str,
    counters: RunCounters,
    status: MachineStatus,
    after: datetime,
    at: datetime,
    skew: Skew | None,
    *,
    earliest_start: datetime | None = None,
) -> tuple[JobStarted, JobEnded] | tuple[()]:
    """The newest run of the file's record, which took place after one instant and before another; it may have begun
    before that instant if that is a guess.
    """
    if not counters.last_success or counters.last_seconds is None:
        return ()
    length = timedelta(seconds=counters.last_seconds)
    shortly_after = after + timedelta(microseconds=1)
    before = at - timedelta(seconds=shown_seconds(status) or 0) if status.activity.is_running else at
    latest = max(shortly_after, before)
    earliest = min((earliest_start or after) + length, latest)
    ended_at = our_time(skew, counters.last_ended_at, earliest, latest) or earliest + (latest - earliest) / 2
    ended_at = max(ended_at, min(after + length, latest))
    started_at = max(ended_at - length, shortly_after)
    key = job_key(started_at, path)
    same_file = status.path == path
    started = JobStarted(
        job_key=key,
        path=path,
        file_name=status.file_name or path if same_file else path.rsplit("/", 1)[-1],
        started_at=started_at,
        user=status.user if same_file and not status.activity.is_running else None,
    )
    ended = JobEnded(
        job_key=key,
        ended_at=max(ended_at, started_at),
        earliest_end=earliest,
        latest_end=latest,
        printed_seconds=round(counters.last_seconds),
        outcome=Outcome.DONE,
        certain=latest - earliest <= CERTAIN_WITHIN,
    )
    return started, ended
