"""Many machines side by side: none waits for another, and none is read twice at once."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from machines.driver import ConnectionSettings
from machines.errors import MachineError, Unintelligible, Unreachable
from machines.events import JobEnded, JobStarted
from machines.poller import Poller, Watched
from machines.simulators.faults import Fault
from machines.simulators.octoprint import SimulatedOctoPrint
from machines.simulators.printer import StoredFile
from machines.status import Activity, MachineStatus, RunCounters
from machines.tracker import TrackerState

NEW = TrackerState.new()
IDLE = MachineStatus(activity=Activity.IDLE, text="Operational")


def test_every_machine_is_read(fakes: "Fakes", poller: Poller) -> None:
    readings = poller.poll(fakes.watched(5), wait_seconds=5)

    assert sorted(reading.id for reading in readings) == [0, 1, 2, 3, 4]
    assert all(reading.status == IDLE and reading.error is None for reading in readings)


def test_a_hanging_machine_does_not_delay_the_others(fakes: "Fakes", poller: Poller) -> None:
    hang = fakes.hang(0)

    readings = poller.poll(fakes.watched(20), wait_seconds=0.3)

    assert sorted(reading.id for reading in readings) == list(range(1, 20))
    hang.set()
    assert [reading.id for reading in poller.poll(fakes.watched(1), wait_seconds=5)] == [0]


def test_more_hanging_machines_than_threads_do_not_stop_the_living(fakes: "Fakes", poller: Poller) -> None:
    hangs = [fakes.hang(number) for number in range(10)]
    began = time.monotonic()
    seen: set[int] = set()

    while len(seen) < 10 and time.monotonic() - began < 10:
        seen |= {reading.id for reading in poller.poll(fakes.watched(20), wait_seconds=0.5)}

    assert seen == set(range(10, 20))
    assert time.monotonic() - began < 4
    for hang in hangs:
        hang.set()


def test_one_reading_of_a_machine_is_under_way_at_a_time(fakes: "Fakes", poller: Poller) -> None:
    hang = fakes.hang(0)
    for _ in range(3):
        assert poller.poll(fakes.watched(1), wait_seconds=0.01) == []

    hang.set()
    poller.poll(fakes.watched(1), wait_seconds=5)

    assert fakes.asked == [0]


def test_a_straggler_is_not_read_again_with_the_state_it_outdates(fakes: "Fakes", poller: Poller) -> None:
    hang = fakes.hang(0)
    poller.poll(fakes.watched(1), wait_seconds=0.01)
    hang.set()
    assert fakes.finished.acquire(timeout=5)
    time.sleep(0.02)

    (late,) = poller.poll(fakes.watched(1), wait_seconds=0.2)
    (next_one,) = poller.poll([Watched(id=0, settings=fakes.settings(0), state=late.state)], wait_seconds=5)

    assert fakes.asked == [0, 0]
    assert next_one.at >= late.at


def test_a_reading_of_a_machine_that_is_gone_or_changed_is_dropped(fakes: "Fakes", poller: Poller) -> None:
    hang = fakes.hang(0)
    poller.poll(fakes.watched(1), wait_seconds=0.01)
    moved = Watched(id=0, settings=fakes.settings(7), state=NEW)
    (reading,) = poller.poll([moved], wait_seconds=0.2)

    hang.set()
    assert fakes.finished.acquire(timeout=5)

    assert reading.status == IDLE
    assert all(reading.id == 0 for reading in poller.poll([moved], wait_seconds=0.2))
    assert poller.poll([], wait_seconds=0.2) == []
    assert sorted(fakes.closed) == [0, 7]


def test_a_driver_is_kept_between_polls(fakes: "Fakes", poller: Poller) -> None:
    for _ in range(3):
        poller.poll(fakes.watched(2), wait_seconds=5)

    assert sorted(fakes.opened) == [0, 1]
    poller.close()
    assert sorted(fakes.closed) == [0, 1]


def test_the_dead_are_asked_less_and_less_often(fakes: "Fakes", poller: Poller) -> None:
    fakes.errors[0] = Unreachable("connection refused")
    asked_at = []

    for second in range(0, 300, 5):
        fakes.now = Fakes.START + timedelta(seconds=second)
        if poller.poll(fakes.watched(1), wait_seconds=5):
            asked_at.append(second)

    assert asked_at == [0, 5, 15, 35, 75, 135, 195, 255]


def test_a_machine_that_answers_again_is_asked_at_every_poll(fakes: "Fakes", poller: Poller) -> None:
    fakes.errors[0] = Unreachable("connection refused")
    poller.poll(fakes.watched(1), wait_seconds=5)
    del fakes.errors[0]
    fakes.now += timedelta(seconds=5)

    for _ in range(3):
        (reading,) = poller.poll(fakes.watched(1), wait_seconds=5)
        assert reading.error is None


def test_a_clock_that_is_set_back_silences_no_machine(fakes: "Fakes", poller: Poller) -> None:
    fakes.errors[0] = Unreachable("connection refused")
    poller.poll(fakes.watched(1), wait_seconds=5)
    fakes.now -= timedelta(hours=1)

    assert len(poller.poll(fakes.watched(1), wait_seconds=5)) == 1


def test_an_error_is_a_reading_that_keeps_the_job_open(fakes: "Fakes", poller: Poller) -> None:
    fakes.errors[0] = Unreachable("connection refused")

    (reading,) = poller.poll(fakes.watched(1), wait_seconds=5)

    assert (reading.status, reading.error, reading.events) == (None, fakes.errors[0], ())
    assert reading.state.silent_since == fakes.now


def test_a_fault_in_a_driver_stops_nobody_and_tells_no_secret(
    fakes: "Fakes", poller: Poller, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.errors[0] = ZeroDivisionError("the key is sesame")

    with caplog.at_level(logging.ERROR):
        readings = poller.poll(fakes.watched(3), wait_seconds=5)

    errors = {reading.id: reading.error for reading in readings}
    assert isinstance(errors[0], Unintelligible)
    assert errors[1] is errors[2] is None
    assert "ZeroDivisionError" in caplog.text
    assert "sesame" not in caplog.text + str(errors[0])


def test_a_machine_of_an_unknown_kind_is_an_error_of_its_own() -> None:
    poller = Poller(clock=lambda: datetime.now(UTC))
    loom = Watched(id=1, settings=ConnectionSettings("loom", "http://127.0.0.1", "key"), state=NEW)

    (reading,) = poller.poll([loom], wait_seconds=5)

    assert isinstance(reading.error, MachineError)
    poller.close()


def test_polling_again_with_the_old_state_gives_the_same_events() -> None:
    with SimulatedOctoPrint(clock=lambda: 1_800_000_030.0) as octoprint:
        octoprint.printer.store(StoredFile("part.gcode", seconds=100))
        octoprint.printer.select("part.gcode")
        octoprint.printer.start(1_800_000_000.0)
        poller = Poller(clock=lambda: datetime.fromtimestamp(1_800_000_030, UTC))
        settings = ConnectionSettings("octoprint", octoprint.url, octoprint.key)

        first, again = (poller.poll([Watched(id=1, settings=settings, state=NEW)], wait_seconds=5)[0] for _ in range(2))

        assert isinstance(first.events[0], JobStarted)
        assert (again.events, again.state) == (first.events, first.state)
        poller.close()


def test_prints_are_followed_over_the_network_beside_a_host_that_hangs() -> None:
    clock = Clock()
    with SimulatedOctoPrint(clock=clock.stamp) as good, SimulatedOctoPrint(clock=clock.stamp) as bad:
        bad.fault = Fault.HANG
        for octoprint in (good, bad):
            octoprint.printer.store(StoredFile("part.gcode", seconds=100.4))
            octoprint.printer.select("part.gcode")
        poller = Poller(clock=clock.instant)
        states = {1: NEW, 2: NEW}
        events = []
        for second in range(0, 240, 20):
            clock.now = second
            if second in (20, 140):
                assert good.printer.start(clock.stamp())
            watched = [
                Watched(
                    id=number, settings=ConnectionSettings("octoprint", host.url, host.key, 2.0), state=states[number]
                )
                for number, host in ((1, good), (2, bad))
            ]
            for reading in poller.poll(watched, wait_seconds=0.15):
                assert reading.id == 1
                states[1] = reading.state
                events += reading.events
        poller.close()

    ended = [event for event in events if isinstance(event, JobEnded)]
    assert [event.printed_seconds for event in ended] == [100]
    assert sum(isinstance(event, JobStarted) for event in events) == 2


class Clock:
    """Time that passes only when it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def stamp(self) -> float:
        return 1_800_000_000.0 + self.now

    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.stamp(), UTC)


class Fakes:
    """Machines that answer at once, fail, or hang until they are let go."""

    START = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)

    def __init__(self) -> None:
        self.now = self.START
        self.errors: dict[int, Exception] = {}
        self.hangs: dict[int, threading.Event] = {}
        self.asked: list[int] = []
        self.opened: list[int] = []
        self.closed: list[int] = []
        self.finished = threading.Semaphore(0)

    def settings(self, number: int) -> ConnectionSettings:
        return ConnectionSettings("fake", str(number), "key")

    def watched(self, count: int) -> list[Watched]:
        return [Watched(id=number, settings=self.settings(number), state=NEW) for number in range(count)]

    def hang(self, number: int) -> threading.Event:
        self.hangs[number] = threading.Event()
        return self.hangs[number]

    def open_driver(self, settings: ConnectionSettings) -> "FakeDriver":
        self.opened.append(int(settings.url))
        return FakeDriver(self, int(settings.url))


class FakeDriver:
    def __init__(self, fakes: Fakes, number: int) -> None:
        self._fakes, self._number = fakes, number

    def status(self) -> MachineStatus:
        fakes, number = self._fakes, self._number
        fakes.asked.append(number)
        if number in fakes.hangs:
            assert fakes.hangs[number].wait(20)
            fakes.finished.release()
        if number in fakes.errors:
            raise fakes.errors[number]
        return IDLE

    def counters(self, path: str) -> RunCounters | None:
        raise AssertionError(path)

    def close(self) -> None:
        self._fakes.closed.append(self._number)


@pytest.fixture
def fakes() -> Iterator[Fakes]:
    fakes = Fakes()
    yield fakes
    for hang in fakes.hangs.values():
        hang.set()


@pytest.fixture
def poller(fakes: Fakes) -> Iterator[Poller]:
    clock: Callable[[], datetime] = lambda: fakes.now  # noqa: E731
    poller = Poller(threads=4, clock=clock, open_driver=fakes.open_driver)
    yield poller
    poller.close()
