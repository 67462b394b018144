"""One reading of one machine: asks it, asks the file's record if the tracker wants it, and lets the tracker judge."""

from collections.abc import Callable
from datetime import datetime

from machines.driver import Driver
from machines.errors import MachineError
from machines.status import MachineStatus, RunCounters
from machines.tracker import Event, TrackerState, observe, wants_counters

Clock = Callable[[], datetime]


def read(
    driver: Driver, state: TrackerState, clock: Clock
) -> tuple[datetime, MachineStatus, TrackerState, tuple[Event, ...]]:
    """What the machine says, and what that amounts to; raises MachineError if it cannot be read."""
    status = driver.status()
    at = clock()
    path = wants_counters(state, status, at)
    counters = None
    if path is not None:
        status, counters, at = _with_counters(driver, path, status, at, clock)
    state, events = observe(state, status, counters, at)
    return at, status, state, events


def _with_counters(
    driver: Driver, path: str, status: MachineStatus, at: datetime, clock: Clock
) -> tuple[MachineStatus, RunCounters | None, datetime]:
    """The record of a file and a status that go together.

    The run might end between the two questions, and its end would then be in the record that is to tell the runs
    before it. So a running machine is asked again, after its record; a record that comes too late is left for later.
    """
    try:
        counters = driver.counters(path)
        if counters is None or not status.activity.is_running or status.path != path:
            return status, counters, at
        again = driver.status()
    except MachineError:
        return status, None, at
    if again.activity.is_running and again.path == path:
        return again, counters, clock()
    return status, None, at
