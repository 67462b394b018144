"""How a run that is over ended, and for how long it worked: weighs the file's record against what was seen."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from machines.events import JobEnded, Outcome
from machines.status import RunCounters
from machines.tracker_state import End, OpenJob

SLACK = timedelta(seconds=2)
"""What rounding and a slow answer may add to a time."""
CERTAIN_WITHIN = timedelta(seconds=30)
"""A longer time out of sight leaves room for things that nobody recorded."""
QUICK = timedelta(seconds=10)
"""Too short for a machine to fail and be made ready again."""
SOON = timedelta(seconds=15)
"""Too short for someone to cancel, and for another print to be chosen, started and to fail."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended."""

    outcome: Outcome
    printed_seconds: int
    certain: bool
    unseen: float | None = None
    """For how many seconds a later run worked, which nobody saw: the newest entry of the file's record."""


def judge(job: OpenJob, end: End, counters: RunCounters | None, at: datetime, *, final: bool) -> Verdict | None:
    """How the run ended; None, unless `final`, while the file's record does not yet tell."""
    ends = job.ends_since(counters)
    if counters is not None and ends is not None and sum(ends) > 1:
        verdict = _several(job, end, counters, ends, at)
    elif counters is not None and ends == (0, 1):
        verdict = _failed(job, end)
    elif counters is not None and (
        ends == (1, 0) or (ends is None and counters.last_success and _is_new_success(job, counters.last_seconds))
    ):
        verdict = _done(job, end, counters, at)
    elif final or _is_plain(job, end):
        verdict = _from_sights(job, end, counters, recorded=ends is not None)
    else:
        return None
    mixed = job.doubtful or (job.unsure and job.success is None)
    return replace(verdict, certain=verdict.certain and not mixed)


def ended(job: OpenJob, end: End, verdict: Verdict) -> JobEnded:
    """The end of the run as an event."""
    latest = max(_latest(job, end, verdict.unseen), job.started_at)
    earliest = min(max(job.worked_at, job.started_at), latest)
    ended_at = earliest
    if verdict.outcome is not Outcome.UNKNOWN:
        worked = timedelta(seconds=max(0, verdict.printed_seconds - job.printed_seconds))
        whole = job.started_at + timedelta(seconds=verdict.printed_seconds)
        ended_at = min(max(end.likely_at or earliest + worked, whole, earliest), latest)
    return JobEnded(
        job_key=job.key,
        ended_at=ended_at,
        earliest_end=earliest,
        latest_end=latest,
        printed_seconds=verdict.printed_seconds,
        outcome=verdict.outcome,
        certain=verdict.certain,
    )


def window(job: OpenJob, end: End) -> tuple[datetime, datetime]:
    """The period within which the work ended."""
    return job.worked_at, max(_latest(job, end), job.worked_at)


def _is_new_success(job: OpenJob, seconds: float | None) -> bool:
    """The newest success differs from the one shown during the run, and may be the run's own."""
    return seconds not in (None, job.fingerprint) and (seconds or 0) >= job.printed_seconds - SLACK.total_seconds()


def _done(job: OpenJob, end: End, counters: RunCounters, at: datetime) -> Verdict:
    """The record has gained a success: this run's, unless the machine forgot this run and then made another."""
    seconds = counters.last_seconds if counters.last_success else None
    if seconds is None:
        return replace(_from_sights(job, end, counters, recorded=True), outcome=Outcome.DONE)
    if seconds < job.printed_seconds - SLACK.total_seconds():
        return Verdict(Outcome.UNKNOWN, job.printed_seconds, certain=False, unseen=seconds)
    began_before_last_sight = timedelta(seconds=seconds) > at - job.seen_at
    brief = job.success is not None and _is_brief(job.seen_at, at)
    return Verdict(Outcome.DONE, round(seconds), began_before_last_sight or brief or job.complete)


def _failed(job: OpenJob, end: End) -> Verdict:
    """The record has gained a failure: an error makes the machine drop the file, a cancel keeps it."""
    guess = SOON if end.path is None else QUICK
    sure = _is_brief(job.worked_at, _latest(job, end), CERTAIN_WITHIN if job.cancelling else guess)
    return Verdict(_failure(job, end), _with_tail(job, end), sure)


def _several(job: OpenJob, end: End, counters: RunCounters, ends: tuple[int, int], at: datetime) -> Verdict:
    """More than one run of the file has ended since: this one, and others that nobody saw."""
    success, failure = ends
    newest = counters.last_seconds if counters.last_success else None
    if newest is not None and timedelta(seconds=newest) > at - job.seen_at and _is_new_success(job, newest):
        # The newest began before our last sight, so it is this one; the others came before.
        return Verdict(Outcome.DONE, round(newest), certain=False)
    unseen = None if job.unsure else newest
    if job.complete:
        # Seen at its very end: a run that took place after that must have had the time for it.
        if unseen is not None and timedelta(seconds=unseen) > at - (job.over_at or job.seen_at) + SLACK:
            unseen = None
        return Verdict(Outcome.DONE, job.printed_seconds, certain=not job.unsure, unseen=unseen)
    if not failure or (success == failure == 1 and newest is None):
        tail = timedelta(seconds=job.remaining_seconds or 0)
        seconds = min(tail, _latest(job, end, unseen) - job.worked_at).total_seconds()
        return Verdict(Outcome.DONE, job.printed_seconds + max(0, round(seconds)), certain=False, unseen=unseen)
    if not success or success == failure == 1:
        return Verdict(_failure(job, end), job.printed_seconds, certain=False, unseen=unseen)
    return Verdict(Outcome.UNKNOWN, job.printed_seconds, certain=False, unseen=unseen)


def _from_sights(job: OpenJob, end: End, counters: RunCounters | None, *, recorded: bool) -> Verdict:
    """The record does not tell, so only what was seen counts."""
    if end.reused and _is_new_success(job, end.last_run_seconds):
        return Verdict(Outcome.DONE, round(end.last_run_seconds or 0), _is_exact(job, end))
    if job.complete and not _shows_done(job, end):
        return Verdict(Outcome.DONE, job.printed_seconds, certain=True)
    if _shows_done(job, end):
        return Verdict(Outcome.DONE, _shown_seconds(job, end, counters), _is_exact(job, end) or job.complete)
    brief = _is_brief(job.worked_at, _latest(job, end))
    if job.cancelling:
        return Verdict(Outcome.CANCELLED, _with_tail(job, end), brief and not recorded)
    if end.error:
        return Verdict(Outcome.FAILED, _with_tail(job, end), brief)
    if not recorded and not end.reused and end.path is not None and end.path == job.path:
        return Verdict(Outcome.CANCELLED, _with_tail(job, end), certain=False)
    return Verdict(Outcome.UNKNOWN, job.printed_seconds, certain=False)


def _shows_done(job: OpenJob, end: End) -> bool:
    """After the run, the machine shows a completed run that may be this one."""
    if not end.complete or end.printed_seconds is None:
        return False
    return end.printed_seconds >= job.printed_seconds - SLACK.total_seconds()


def _is_exact(job: OpenJob, end: End) -> bool:
    """The newest success that the machine shows began before our last sight of this run, so it is this run."""
    seconds = end.last_run_seconds
    return seconds is not None and _is_new_success(job, seconds) and timedelta(seconds=seconds) > end.at - job.seen_at


def _is_plain(job: OpenJob, end: End) -> bool:
    """The sights tell as much as the record would; and the next run must not wait."""
    if _is_exact(job, end):
        return True
    return end.reused and (job.complete or (job.cancelling and _is_brief(job.worked_at, _latest(job, end))))


def _shown_seconds(job: OpenJob, end: End, counters: RunCounters | None) -> int:
    """The exact figure that agrees with the one shown; the latter is cut to whole seconds."""
    shown = end.printed_seconds or 0
    recorded = counters.last_seconds if counters is not None and counters.last_success else None
    for seconds in (recorded, end.last_run_seconds):
        if seconds is not None and shown - 0.5 <= seconds <= shown + 1.5:
            return round(seconds)
    return shown


def _failure(job: OpenJob, end: End) -> Outcome:
    """Which of the two an unsuccessful end was: an error makes the machine drop the file, a cancel keeps it."""
    if job.cancelling or (end.path is not None and not end.error):
        return Outcome.CANCELLED
    return Outcome.FAILED


def _with_tail(job: OpenJob, end: End) -> int:
    """What was seen, plus what the run probably worked after that."""
    earliest, latest = window(job, end)
    if job.paused:
        return job.printed_seconds
    middle = earliest + (latest - earliest) / 2
    likely = end.likely_at or (middle if _is_brief(earliest, latest) else earliest)
    return job.printed_seconds + round((likely - earliest).total_seconds())


def _latest(job: OpenJob, end: End, unseen: float | None = None) -> datetime:
    """When it had ended at the latest: before a later run that nobody saw began."""
    return job.over_at or end.at - timedelta(seconds=unseen or 0)


def _is_brief(start: datetime, end: datetime, limit: timedelta = CERTAIN_WITHIN) -> bool:
    return timedelta() <= end - start <= limit
