"""Reads many machines side by side; one slow machine never delays another."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from traceback import format_tb

from machines.driver import ConnectionSettings, Driver
from machines.errors import MachineError, Unintelligible
from machines.reading import read
from machines.registry import open_driver
from machines.status import MachineStatus
from machines.tracker import Event, TrackerState, missed

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (4, 9, 19, 39, 59)
"""How long a machine is left alone after so many failures; just under the usual intervals of polling."""
SLOW_SECONDS = 0.5
"""A reading that takes longer no longer counts as one of the living: another may take its place."""
STRETCH = 8
"""How many times as many threads there may be while machines hang."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A machine to read, and what its tracker remembers."""

    id: int
    settings: ConnectionSettings
    state: TrackerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading a machine: a status or an error, the state to store, and the news."""

    id: int
    at: datetime
    status: MachineStatus | None
    error: MachineError | None
    state: TrackerState
    events: tuple[Event, ...]


@dataclass(slots=True, eq=False)
class _Line:
    """What is kept of one machine between polls: how to reach it, never what it said."""

    settings: ConnectionSettings
    driver: Driver | None = None
    failures: int = 0
    failed_at: datetime | None = None
    begun: float = 0.0
    """When its last reading began, on the monotonic clock."""
    under_way: bool = False
    retired: bool = False

    def is_due(self, now: datetime) -> bool:
        if self.under_way or self.failed_at is None:
            return not self.under_way
        pause = BACK_OFF_SECONDS[min(self.failures, len(BACK_OFF_SECONDS)) - 1]
        # A clock that was set back must not silence a machine.
        return not timedelta() <= now - self.failed_at < timedelta(seconds=pause)

    def retire(self) -> None:
        """Let go of the machine, at once or when the reading under way has finished."""
        self.retired = True
        if self.driver is not None and not self.under_way:
            self.driver.close()


class Poller:
    """Keeps a driver per machine and a back-off for the dead; all else is in the states."""

    def __init__(
        self,
        *,
        threads: int = 16,
        clock: Callable[[], datetime],
        open_driver: Callable[[ConnectionSettings], Driver] = open_driver,
    ) -> None:
        self._threads = threads
        self._clock = clock
        self._open_driver = open_driver
        self._lines: dict[int, _Line] = {}
        self._under_way: set[_Line] = set()
        self._finished: SimpleQueue[tuple[_Line, Reading]] = SimpleQueue()
        self._executor = ThreadPoolExecutor(max_workers=threads * STRETCH, thread_name_prefix="poller")

    def poll(self, machines: Sequence[Watched], *, wait_seconds: float) -> list[Reading]:
        """Read each machine that is due; answers what is ready within that time, and later what came too late."""
        until = time.monotonic() + wait_seconds
        self._keep_lines(machines)
        readings = self._take_finished(0)
        # A reading that came late has a newer state than the one given here: that machine waits for the next poll.
        waiting = self._due(machines, except_for={reading.id for reading in readings})
        while True:
            self._start(waiting)
            left = until - time.monotonic()
            if left <= 0 or not self._under_way:
                return readings
            readings += self._take_finished(min(left, SLOW_SECONDS / 2) if waiting else left)

    def close(self) -> None:
        """Let go of every machine; readings under way are abandoned."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for line in self._lines.values():
            line.retire()
        self._lines.clear()

    def _keep_lines(self, machines: Sequence[Watched]) -> None:
        """One line per machine, anew where the settings have changed."""
        wanted = {machine.id: machine.settings for machine in machines}
        for key, line in list(self._lines.items()):
            if wanted.get(key) != line.settings:
                self._lines.pop(key).retire()
        for key, settings in wanted.items():
            self._lines.setdefault(key, _Line(settings))

    def _due(self, machines: Sequence[Watched], except_for: set[int]) -> deque[Watched]:
        """Which machines to read: the living before the dead, and first those that have waited longest."""
        now = self._clock()
        lines = self._lines
        due = [machine for machine in machines if machine.id not in except_for and lines[machine.id].is_due(now)]
        return deque(sorted(due, key=lambda machine: (lines[machine.id].failures > 0, lines[machine.id].begun)))

    def _start(self, waiting: deque[Watched]) -> None:
        """Start as many readings as there is room for; the slow ones take no room from the others."""
        now = time.monotonic()
        brisk = sum(now - line.begun < SLOW_SECONDS for line in self._under_way)
        room = min(self._threads - brisk, self._threads * STRETCH - len(self._under_way))
        for machine in [waiting.popleft() for _ in range(min(room, len(waiting)))]:
            line = self._lines[machine.id]
            line.begun, line.under_way = now, True
            self._under_way.add(line)
            self._executor.submit(self._read, line, machine)

    def _read(self, line: _Line, machine: Watched) -> None:
        self._finished.put((line, self._reading(line, machine)))

    def _reading(self, line: _Line, machine: Watched) -> Reading:
        error: MachineError
        try:
            if line.driver is None:
                line.driver = self._open_driver(line.settings)
            sight = read(line.driver, machine.state, self._clock)
            return Reading(
                id=machine.id, at=sight.at, status=sight.status, error=None, state=sight.state, events=sight.events
            )
        except MachineError as caught:
            error = caught
        except Exception as caught:
            # A fault of ours in one driver must not silence the other machines. Its message might quote a key.
            trace = "".join(format_tb(caught.__traceback__))
            log.error("reading machine %s failed with %s\n%s", machine.id, type(caught).__name__, trace)
            error = Unintelligible(f"the driver failed ({type(caught).__name__})")
        at = self._clock()
        return Reading(id=machine.id, at=at, status=None, error=error, state=missed(machine.state, at), events=())

    def _take_finished(self, wait_seconds: float) -> list[Reading]:
        """The readings that have finished; waits for the first of them."""
        readings: list[Reading] = []
        try:
            line, reading = self._finished.get(wait_seconds > 0, wait_seconds)
            while True:
                self._under_way.discard(line)
                line.under_way = False
                line.failures = line.failures + 1 if reading.error else 0
                line.failed_at = reading.at if reading.error else None
                if line.retired:
                    line.retire()
                else:
                    readings.append(reading)
                line, reading = self._finished.get_nowait()
        except Empty:
            return readings
