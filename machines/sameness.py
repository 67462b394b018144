"""Whether a running machine is still at the run that was seen before, or already at the next one."""

from datetime import datetime, timedelta

from machines.status import Activity, MachineStatus, RunCounters
from machines.tracker_state import OpenJob
from machines.verdict import CERTAIN_WITHIN, SLACK

BACKWARDS_SECONDS = 3
"""A working time that falls by more belongs to another run."""


def shown_seconds(status: MachineStatus) -> int | None:
    """The working time that the machine shows; while it starts, that may still be the last run's."""
    return 0 if status.activity is Activity.STARTING else status.printed_seconds


def is_over(job: OpenJob, status: MachineStatus) -> bool:
    """The reading alone shows that the run has ended."""
    if not status.activity.is_running or (status.path or "") != job.path:
        return True
    if status.activity is Activity.STARTING:
        return job.activity is not Activity.STARTING
    if job.activity is Activity.ENDING and status.activity is not Activity.ENDING:
        return True
    shown = shown_seconds(status)
    return shown is not None and shown < job.printed_seconds - BACKWARDS_SECONDS


def may_be_over(job: OpenJob, status: MachineStatus, at: datetime | None) -> bool:
    """The file's record must tell whether this is a new run of the same file."""
    return at is None or not _began_before(job, status, at)


def goes_on(job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime) -> bool:
    """The machine is still at this run."""
    if is_over(job, status):
        return False
    if job.end is not None:
        # The machine seemed free for a moment: the run goes on only if it is certainly the same.
        return _began_before(job, status, at)
    if status.activity is Activity.ENDING or _began_before(job, status, at):
        return True
    ends = job.ends_since(counters)
    if ends is not None:
        return sum(ends) == 0
    return status.last_run_seconds in (None, job.fingerprint)


def is_stale(job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime) -> bool:
    """The machine may still show a run whose end it has recorded: half a second later it would know better."""
    ends = job.ends_since(counters)
    if job.suspect or job.end is not None or ends is None or not sum(ends) or is_over(job, status):
        return False
    return (
        status.activity is not Activity.ENDING
        and not _began_before(job, status, at)
        and not _began_after(job, status, at)
    )


def is_unsure(job: OpenJob, status: MachineStatus, counters: RunCounters | None, at: datetime) -> bool:
    """The sights might be of two runs, and the file's record was not there to tell."""
    if job.ends_since(counters) is not None:
        return False
    ambiguous = at - job.seen_at > SLACK and not _began_before(job, status, at)
    return job.unsure or (status.activity is not Activity.ENDING and ambiguous)


def hides_a_change(job: OpenJob, status: MachineStatus, at: datetime) -> bool:
    """By its working time the run began after its last sight: a pause, or another run that nobody recorded."""
    if status.activity is Activity.STARTING or not _began_after(job, status, at):
        return False
    was_paused = job.paused or status.activity is Activity.PAUSED
    return not was_paused or at - job.seen_at > CERTAIN_WITHIN


def _began_before(job: OpenJob, status: MachineStatus, at: datetime) -> bool:
    """The run that the machine shows began before the last sight of this one, so they are the same."""
    shown = shown_seconds(status)
    return shown is not None and job.seen_at <= at and at - timedelta(seconds=shown) < job.seen_at - SLACK


def _began_after(job: OpenJob, status: MachineStatus, at: datetime) -> bool:
    """By its working time the run that the machine shows began after the last sight of this one, unless it paused."""
    shown = shown_seconds(status)
    return shown is not None and at - timedelta(seconds=shown) > job.seen_at + SLACK
