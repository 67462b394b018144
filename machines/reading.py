"""One reading of one machine: asks it, asks the file's record if the tracker wants it, and lets the tracker judge."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from machines.driver import Driver
from machines.errors import MachineError
from machines.status import MachineStatus
from machines.tracker import Event, TrackerState, observe, wants_counters

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reading came to."""

    at: datetime
    status: MachineStatus
    state: TrackerState
    events: tuple[Event, ...]


def read(driver: Driver, state: TrackerState, clock: Clock) -> Sight:
    """What the machine says, and what that amounts to; raises MachineError if it cannot be read."""
    status = driver.status()
    at = clock()
    path = wants_counters(state, status, at)
    if path is None:
        return Sight(at, status, *observe(state, status, None, at))
    sight = _observe_with_counters(driver, path, Sight(at, status, state, ()), clock)
    another = wants_counters(sight.state, sight.status, sight.at)
    if another in (None, path):
        return sight
    # One run made way for another, of a file whose record is wanted too.
    return _observe_with_counters(driver, another, sight, clock)


def _observe_with_counters(driver: Driver, path: str, before: Sight, clock: Clock) -> Sight:
    """Observe a status together with the record of a file.

    The run might end between the two questions, and its end would then be in the record that is to tell the runs
    before it. So a running machine is asked again, after its record; a record that comes too late is left for later.
    """
    at, status, counters = before.at, before.status, None
    # What was read stands, though the rest should fail; that is asked again at the next poll.
    with suppress(MachineError):
        counters = driver.counters(path)
        if counters is not None and status.activity.is_running and status.path == path:
            again = driver.status()
            if again.activity.is_running and again.path == path:
                status, at = again, clock()
            else:
                counters = None
    state, events = observe(before.state, status, counters, at)
    return Sight(at, status, state, before.events + events)
