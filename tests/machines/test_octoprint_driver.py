"""The contract of a driver, kept by OctoPrint's against a server that behaves as OctoPrint does."""

from collections.abc import Iterator
from dataclasses import fields
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machines.driver import ConnectionSettings, Driver
from machines.drivers.octoprint import counters_of, status_of
from machines.errors import NotAllowed, Unintelligible, Unreachable
from machines.probe import probe
from machines.registry import check_url, kinds, open_driver
from machines.simulators.octoprint import SimulatedOctoPrint
from machines.simulators.printer import StoredFile
from machines.status import Activity, RunCounters

KEY = "a-key-that-must-not-leak"
WORDS = (
    *("state", "job", "progress", "error", "file", "user", "lastPrintTime", "path", "name", "display", "origin"),
    *("completion", "printTime", "printTimeLeft", "prints", "success", "failure", "last", "date"),
)
NAME = "pièces/boîtier n° 2 #1.gcode"


def test_an_idle_printer_is_idle(driver: Driver) -> None:
    status = driver.status()

    assert (status.activity, status.text, status.path) == (Activity.IDLE, "Operational", None)


def test_a_print_is_told_with_its_file_and_figures(octoprint: SimulatedOctoPrint, driver: Driver, time: "Time") -> None:
    start(octoprint, seconds=100.0)
    time.now += 40.5

    status = driver.status()

    assert (status.activity, status.path, status.file_name) == (Activity.WORKING, NAME, "boîtier n° 2 #1.gcode")
    assert (status.printed_seconds, status.remaining_seconds, status.user) == (40, 59, "nadia")
    assert status.progress == pytest.approx(0.405)
    assert not status.complete


@pytest.mark.parametrize(
    ("after", "activity"),
    [
        (0.5, Activity.STARTING),
        (50.0, Activity.WORKING),
        (100.5, Activity.ENDING),
        (102.0, Activity.IDLE),
    ],
)
def test_a_print_passes_through_its_states(
    octoprint: SimulatedOctoPrint, driver: Driver, time: "Time", after: float, activity: Activity
) -> None:
    start(octoprint, seconds=100.0)
    time.now += after

    assert driver.status().activity is activity


def test_a_finished_print_stays_complete(octoprint: SimulatedOctoPrint, driver: Driver, time: "Time") -> None:
    start(octoprint, seconds=99.6)
    time.now += 200

    status = driver.status()

    assert (status.complete, status.progress, status.printed_seconds) == (True, 1.0, 99)
    assert status.last_run_seconds == 99.6


def test_a_pause_stops_the_working_time(octoprint: SimulatedOctoPrint, driver: Driver, time: "Time") -> None:
    start(octoprint, seconds=100.0)
    time.now += 30
    octoprint.printer.pause(time.now)
    time.now += 3600

    status = driver.status()

    assert (status.activity, status.printed_seconds) == (Activity.PAUSED, 30)


def test_a_cancelled_print_shows_no_figures_but_its_file(
    octoprint: SimulatedOctoPrint, driver: Driver, time: "Time"
) -> None:
    start(octoprint, seconds=100.0)
    time.now += 30
    octoprint.printer.cancel(time.now)

    status = driver.status()

    assert (status.activity, status.cancelling, status.path) == (Activity.ENDING, True, NAME)
    assert status.printed_seconds is None


def test_a_failure_is_a_fault_with_its_cause(octoprint: SimulatedOctoPrint, driver: Driver, time: "Time") -> None:
    start(octoprint, seconds=100.0)
    octoprint.printer.disconnect(time.now, "Thermal Runaway")

    status = driver.status()

    assert (status.activity, status.error, status.path) == (Activity.FAULT, "Thermal Runaway", None)


def test_a_printer_that_is_switched_off_is_off(octoprint: SimulatedOctoPrint, driver: Driver, time: "Time") -> None:
    octoprint.printer.disconnect(time.now)

    assert driver.status().activity is Activity.OFF


def test_the_record_of_a_file_counts_its_runs(octoprint: SimulatedOctoPrint, driver: Driver, time: "Time") -> None:
    start(octoprint, seconds=60.25)
    assert driver.counters(NAME) == RunCounters()
    ended_at = time.now + 60.25
    time.now += 100
    octoprint.printer.start(time.now)
    octoprint.printer.cancel(time.now + 5)
    time.now += 10

    assert driver.counters(NAME) == RunCounters(
        success=1, failure=1, last_ended_at=ended_at + 44.75, last_seconds=None, last_success=False
    )


@pytest.mark.parametrize("path", ["unknown.gcode", "../../job", "a/../../version", "sdcard:card.gco", ""])
def test_a_file_that_the_machine_does_not_know_has_no_record(driver: Driver, path: str) -> None:
    assert driver.counters(path) is None


def test_opening_a_driver_does_not_touch_the_network(octoprint: SimulatedOctoPrint) -> None:
    open_driver(settings("http://127.0.0.1:9")).close()
    open_driver(settings(octoprint.url)).close()

    assert octoprint.requests == []


def test_a_driver_outlives_a_restart_of_its_host(octoprint: SimulatedOctoPrint, driver: Driver) -> None:
    port = int(octoprint.url.rsplit(":", 1)[1])
    assert driver.status().activity is Activity.IDLE
    octoprint.stop()
    with pytest.raises(Unreachable):
        driver.status()

    with SimulatedOctoPrint(key=KEY, port=port):
        assert driver.status().activity is Activity.IDLE


def test_a_wrong_key_is_not_allowed(octoprint: SimulatedOctoPrint) -> None:
    with pytest.raises(NotAllowed):
        probe(ConnectionSettings("octoprint", octoprint.url, "another key"))


def test_the_probe_answers_with_the_status(octoprint: SimulatedOctoPrint) -> None:
    assert probe(settings(octoprint.url)).activity is Activity.IDLE


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://printer.local", None),
        ("http://192.168.1.20:5000/", None),
        ("https://[fd00::1]:443", None),
        ("ftp://printer.local", "scheme"),
        ("printer.local", "scheme"),
        ("", "scheme"),
        ("http://printer.local/octoprint/", "path"),
        ("http://printer.local/?key=1", "path"),
        ("http://user:word@printer.local", "credentials"),
        ("http://", "host"),
        ("http://[::1", "host"),
        ("http://printer:port", "host"),
        ("http://printer.local:99999", "host"),
        ("http://my printer", "host"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_with_its_cause(url: str, problem: str | None) -> None:
    assert check_url("octoprint", url) == problem


def test_an_unknown_kind_of_machine_has_no_driver() -> None:
    assert kinds() == ("octoprint",)
    with pytest.raises(Unreachable):
        open_driver(ConnectionSettings("loom", "http://127.0.0.1", KEY))


odd = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(10**300, 10**310),
        st.floats(),
        st.text(st.characters(exclude_categories=[])),
        st.sampled_from(["Printing", "Operational", "Error: none", "Sending file to SD", "local", "sdcard"]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=12,
)


@given(answer=st.dictionaries(st.sampled_from(WORDS), odd, min_size=3))
def test_whatever_a_machine_answers_is_understood_or_refused(answer: dict[str, object]) -> None:
    for understand in (status_of, counters_of):
        try:
            understood = understand(answer)
        except Unintelligible:
            continue
        for value in (getattr(understood, field.name) for field in fields(understood)):
            assert not isinstance(value, str) or (value.isprintable() and value.encode())
            assert not isinstance(value, float) or isfinite(value)


class Time:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def octoprint(time: Time) -> Iterator[SimulatedOctoPrint]:
    octoprint = SimulatedOctoPrint(key=KEY, clock=time).start()
    yield octoprint
    if not octoprint.stopped.is_set():
        octoprint.stop()


@pytest.fixture
def driver(octoprint: SimulatedOctoPrint) -> Iterator[Driver]:
    driver = open_driver(settings(octoprint.url))
    yield driver
    driver.close()


def settings(url: str) -> ConnectionSettings:
    return ConnectionSettings("octoprint", url, KEY)


def start(octoprint: SimulatedOctoPrint, seconds: float) -> None:
    octoprint.printer.store(StoredFile(NAME, seconds=seconds))
    octoprint.printer.select(NAME, "nadia")
    assert octoprint.printer.start(octoprint.clock())
