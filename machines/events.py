"""What a machine's readings amount to: jobs that start, go on and end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from machines.status import Activity


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody recorded the end: a person settles it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A run was seen for the first time; `job_key` names it from now on."""

    job_key: str
    path: str
    file_name: str
    started_at: datetime
    user: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgressed:
    """Where a run has got to; every figure replaces the one before."""

    job_key: str
    seen_at: datetime
    printed_seconds: int
    progress: float | None
    remaining_seconds: int | None
    activity: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """A run is over; `printed_seconds` is its whole working time, pauses excluded."""

    job_key: str
    ended_at: datetime
    """The likeliest instant at which the work ended, between the two next ones."""
    earliest_end: datetime
    latest_end: datetime
    printed_seconds: int
    outcome: Outcome
    certain: bool
    """Whether the outcome is on record and the working time exact, or out by the few seconds between two polls."""


Event = JobStarted | JobProgressed | JobEnded
