"""What a machine said at one moment."""

from dataclasses import dataclass
from enum import StrEnum


class Activity(StrEnum):
    """What a machine is doing, whatever its make."""

    IDLE = "idle"
    STARTING = "starting"
    WORKING = "working"
    PAUSED = "paused"
    ENDING = "ending"
    """Finishing or cancelling: the work is over, the machine is not yet free."""
    OFF = "off"
    """The host answers, but the machine is off or not connected."""
    FAULT = "fault"
    """The machine stopped with an error."""

    @property
    def is_running(self) -> bool:
        """Whether a job occupies the machine."""
        return self in (Activity.STARTING, Activity.WORKING, Activity.PAUSED, Activity.ENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineStatus:
    """One reading of a machine."""

    activity: Activity
    text: str
    """The machine's own word for its state."""
    path: str | None = None
    file_name: str | None = None
    progress: float | None = None
    """From 0 to 1."""
    printed_seconds: int | None = None
    remaining_seconds: int | None = None
    last_run_seconds: float | None = None
    """How long the last successful run of this file took: it changes with every success, so it is its fingerprint."""
    user: str | None = None
    error: str | None = None
    cancelling: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounters:
    """What a machine has recorded about the runs of one file."""

    success: int = 0
    failure: int = 0
    last_ended_at: float | None = None
    """By the machine's own clock, in seconds since 1970."""
    last_seconds: float | None = None
    last_success: bool | None = None
