"""A printer whose words the tests choose; what it says is taken as the worker takes it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fablab.core.db import db, transaction
from fablab.usage import connections
from fablab.usage.connections import Means
from fablab.usage.models import LiveState, UsageSession
from fablab.usage.reports import take
from machines.errors import MachineError
from machines.events import Event, JobEnded, JobProgressed, JobStarted, Outcome
from machines.poller import Reading
from machines.status import Activity, MachineStatus
from machines.tracker import TrackerState
from tests.conftest import Lab

MEANS = Means(secret_key="k" * 40)
KEY = "0123456789ABCDEF-api-key"
IDLE = MachineStatus(activity=Activity.IDLE, text="Operational")


@dataclass
class Printer:
    """One connected machine of the lab."""

    lab: Lab
    resource: int
    url: str = "http://192.168.1.20"
    id: int = field(init=False)

    def __post_init__(self) -> None:
        self.connect(self.url)

    def connect(self, url: str, key: str = KEY) -> None:
        """Let a fabmanager say where it is."""
        with transaction() as session:
            boss, now = self.lab.actor(self.lab.cast.admin), datetime(2025, 1, 6, 9, tzinfo=UTC)
            made = connections.connect(session, boss, self.resource, "octoprint", url, key, MEANS, now)
            self.id = made.id

    @property
    def live(self) -> LiveState:
        """What is kept of it now."""
        db.session.rollback()
        return db.session.get_one(LiveState, self.id)

    def says(
        self,
        at: datetime,
        *events: Event,
        status: MachineStatus | None = IDLE,
        error: MachineError | None = None,
        version: int | None = None,
    ) -> bool:
        """Take one reading with its news, made from the state that is kept now unless a version is given."""
        begun = self.live.version if version is None else version
        reading = Reading(id=self.id, at=at, status=status, error=error, state=TrackerState.new(), events=tuple(events))
        with transaction() as session:
            return take(session, reading, begun, at)

    def prints(
        self, start: datetime, seconds: int, outcome: Outcome = Outcome.DONE, *, key: str | None = None
    ) -> UsageSession:
        """A whole run from its start to its end, heard at its end; its session of use."""
        key = key or f"run-{start.isoformat()}"
        self.says(start + timedelta(seconds=seconds), started(start, key), ended(start, seconds, outcome, key=key))
        return self.session_of(key)

    def session_of(self, key: str = "run") -> UsageSession:
        """The session of use to which a run belongs."""
        db.session.rollback()
        return next(
            usage
            for usage in db.session.query(UsageSession).filter_by(resource_id=self.resource)
            if key in {job.key for job in usage.jobs}
        )


def started(at: datetime, key: str = "run", path: str = "part.gcode") -> JobStarted:
    """A run was seen for the first time."""
    return JobStarted(job_key=key, path=path, file_name=path, started_at=at, user=None)


def progressed(at: datetime, seconds: int, key: str = "run") -> JobProgressed:
    """A run has got so far."""
    return JobProgressed(
        job_key=key, seen_at=at, printed_seconds=seconds, progress=0.5, remaining_seconds=60, activity=Activity.WORKING
    )


def ended(
    start: datetime, seconds: int, outcome: Outcome = Outcome.DONE, *, key: str = "run", certain: bool = True
) -> JobEnded:
    """A run is over, after so many seconds of work without a pause."""
    end = start + timedelta(seconds=seconds)
    return JobEnded(
        job_key=key,
        ended_at=end,
        earliest_end=end,
        latest_end=end,
        printed_seconds=seconds,
        outcome=outcome,
        certain=certain,
    )
