"""What the tracker remembers of one machine between two polls, and how that is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from types import NoneType
from typing import Any, Self, get_args, get_type_hints

from machines.status import Activity, RunCounters

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """By how many seconds the machine's clock is ahead of ours, at least and at most."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSight:
    """The last sight of the machine without a job; the next run began no earlier."""

    at: datetime
    path: str | None = None
    complete: bool = False
    last_run_seconds: float | None = None
    tries: int = 0
    """How often the record of a run that nobody saw was asked for in vain."""
    since: datetime | None = None
    """When it became free at the earliest, if `at` is a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The first sight of the machine after a run: what it showed, and how often the file's record was asked since."""

    at: datetime
    reused: bool
    """The machine was already at its next run."""
    path: str | None
    complete: bool
    printed_seconds: int | None
    last_run_seconds: float | None
    error: bool
    likely_at: datetime | None = None
    """When the work ended by the machine's own clock, as far as that is known."""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJob:
    """The run that is under way, as last seen."""

    key: str
    path: str
    started_at: datetime
    activity: Activity
    seen_at: datetime
    """The last sight of this run."""
    worked_at: datetime
    """The last sight before it began to finish; the work ended no earlier."""
    over_at: datetime | None = None
    """The first sight of it finishing or cancelling; the work ended no later."""
    paused: bool = False
    """Whether it was paused at `worked_at`."""
    printed_seconds: int = 0
    progress: float | None = None
    remaining_seconds: int | None = None
    fingerprint: float | None = None
    success: int | None = None
    failure: int | None = None
    """What the file's record said while this run was under way; None until it could be read."""
    tries: int = 0
    """How often that record was asked for in vain."""
    cancelling: bool = False
    complete: bool = False
    suspect: bool = False
    """Its record has gained an entry while the machine still showed a run: a stale answer, or the next run."""
    unsure: bool = False
    """Since its record was last read, one of the sights might have been of another run."""
    doubtful: bool = False
    """Another run of the same file may be mixed with this one, or its beginning was not seen."""
    end: End | None = None

    def ends_since(self, counters: RunCounters | None) -> tuple[int, int] | None:
        """How many successes and failures the file's record has gained; None if that cannot be known."""
        if counters is None or self.success is None or self.failure is None:
            return None
        gained = counters.success - self.success, counters.failure - self.failure
        return gained if min(gained) >= 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerState:
    """All that must be kept of one machine from poll to poll and over a restart."""

    free: FreeSight | None = None
    job: OpenJob | None = None
    skew: Skew | None = None
    silent_since: datetime | None = None
    """The first of the failed polls since the machine was last read."""

    @classmethod
    def new(cls) -> Self:
        """The state of a machine that was never read."""
        return cls()

    def to_json(self) -> dict[str, Any]:
        """The state in JSON's own types."""
        return {"version": VERSION, **_plain(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self:
        """The state that was stored; a new one if it is missing, damaged or of another version."""
        if not isinstance(stored, Mapping) or stored.get("version") != VERSION:
            return cls.new()
        try:
            state: Self = _read(cls, stored)
        except (TypeError, ValueError):
            return cls.new()
        return state


def job_key(started_at: datetime, path: str) -> str:
    """A name for one run, the same whenever the same sight is replayed."""
    return f"{started_at:%Y%m%dT%H%M%S.%fZ}-{sha256(path.encode(errors='replace')).hexdigest()[:12]}"


def _plain(value: Any) -> Any:
    if isinstance(value, TrackerState | FreeSight | OpenJob | End | Skew):
        kind: Any = type(value)
        return {name: _plain(getattr(value, name)) for name, _ in _options(kind)}
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _read(kind: Any, stored: Any) -> Any:
    """A dataclass from its plain form; TypeError or ValueError if a value is missing or of the wrong type."""
    if not isinstance(stored, Mapping):
        raise TypeError(kind.__name__)
    return kind(**{name: _value(options, stored[name]) for name, options in _options(kind) if name in stored})


@cache
def _options(kind: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """The fields of a dataclass, each with the types that it may have."""
    return [(name, get_args(hint) or (hint,)) for name, hint in get_type_hints(kind).items()]


def _value(options: tuple[Any, ...], stored: Any) -> Any:
    if stored is None and NoneType in options:
        return None
    option = options[0]
    if option is datetime:
        instant = datetime.fromisoformat(stored)
        if instant.tzinfo is None:
            raise ValueError("naive instant")
        return instant
    if option is Activity:
        return Activity(stored)
    if option in (FreeSight, OpenJob, End, Skew):
        return _read(option, stored)
    if type(stored) is option or (option is float and type(stored) is int):
        return stored
    raise TypeError(option.__name__)
