"""Whatever a host answers, and wherever it is: the right error, in time, and no secret told to anyone."""

import logging
import socket
import time
from collections.abc import Iterator

import pytest

from machines.driver import ConnectionSettings, Driver
from machines.errors import MachineError, NotAllowed, Unintelligible, Unreachable
from machines.http import MachineSession
from machines.registry import open_driver
from machines.simulators.faults import Fault
from machines.simulators.octoprint import SimulatedOctoPrint
from machines.status import Activity

KEY = "a-key-that-must-not-leak"
ERRORS = {
    Fault.HANG: Unreachable,
    Fault.DRIP: Unreachable,
    Fault.RESET: Unreachable,
    Fault.CUT: Unreachable,
    Fault.REFUSED: NotAllowed,
    Fault.REFUSED_401: NotAllowed,
    Fault.HTML: Unintelligible,
    Fault.EMPTY: Unintelligible,
    Fault.BAD_JSON: Unintelligible,
    Fault.DEEP_JSON: Unintelligible,
    Fault.LIST: Unintelligible,
    Fault.NULLS: Unintelligible,
    Fault.NOT_FOUND: Unintelligible,
    Fault.BROKEN: Unintelligible,
    Fault.REDIRECT: Unintelligible,
    Fault.HUGE: Unintelligible,
    Fault.NOT_HTTP: Unintelligible,
}


@pytest.mark.parametrize("fault", ERRORS)
@pytest.mark.parametrize("met", ["at first", "later"])
def test_each_fault_is_one_of_three_errors(
    octoprint: SimulatedOctoPrint, driver: Driver, fault: Fault, met: str
) -> None:
    if met == "later":
        driver.status()
    octoprint.fault = fault
    began = time.monotonic()

    with pytest.raises(MachineError) as caught:
        driver.status()

    assert isinstance(caught.value, ERRORS[fault])
    assert time.monotonic() - began < 1.5
    assert_tells_nothing(caught.value, octoprint.url)


@pytest.mark.parametrize("fault", ERRORS)
def test_a_driver_recovers_when_the_fault_is_over(octoprint: SimulatedOctoPrint, driver: Driver, fault: Fault) -> None:
    octoprint.fault = fault
    with pytest.raises(MachineError):
        driver.status()
    octoprint.fault = None

    assert driver.status().activity is Activity.IDLE


@pytest.mark.parametrize("fault", Fault)
def test_a_record_that_cannot_be_read_is_an_error_or_nothing(
    octoprint: SimulatedOctoPrint, driver: Driver, fault: Fault
) -> None:
    driver.status()
    octoprint.fault = fault

    try:
        counters = driver.counters("part.gcode")
    except MachineError as error:
        assert_tells_nothing(error, octoprint.url)
    else:
        assert counters is None
        assert fault in (Fault.NOT_FOUND, Fault.CONFLICT)


def test_a_conflict_means_that_the_machine_is_off(octoprint: SimulatedOctoPrint, driver: Driver) -> None:
    octoprint.fault = Fault.CONFLICT

    assert driver.status().activity is Activity.OFF


def test_a_redirect_does_not_carry_the_key_away(octoprint: SimulatedOctoPrint, driver: Driver) -> None:
    with SimulatedOctoPrint(key=KEY) as elsewhere:
        octoprint.fault, octoprint.redirect_to = Fault.REDIRECT, f"{elsewhere.url}/api/version"
        with pytest.raises(Unintelligible):
            driver.status()

        assert elsewhere.requests == []


@pytest.mark.parametrize("key", ["two\nlines", " spaced", "clé", "日本", "nul\0"])
def test_a_key_that_cannot_be_sent_is_not_told(octoprint: SimulatedOctoPrint, key: str) -> None:
    driver = open_driver(ConnectionSettings("octoprint", octoprint.url, key, timeout_seconds=0.5))

    with pytest.raises(MachineError) as caught:
        driver.status()

    assert key.strip() not in told(caught.value)


def test_the_key_is_neither_logged_nor_shown(
    octoprint: SimulatedOctoPrint, driver: Driver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        driver.status()

    assert KEY not in caplog.text
    assert KEY not in repr(ConnectionSettings("octoprint", octoprint.url, KEY))


def test_a_refused_connection_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(Unreachable, match="refused"):
            open_driver(ConnectionSettings("octoprint", url, KEY)).status()


def test_a_host_that_accepts_and_never_reads_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()

        with pytest.raises(Unreachable, match="timed out"):
            open_driver(ConnectionSettings("octoprint", url, KEY, timeout_seconds=0.2)).status()

        assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254",
        "http://[::ffff:169.254.169.254]",
        "http://[fd00:ec2::254]",
        "http://[fe80::1]",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::ffff:8.8.8.8]",
        "http://[64:ff9b::a9fe:a9fe]",
        "http://[2002:a00:1::]",
        "http://8.8.8.8",
        "http://224.0.0.1",
        "http://2130706432.example.",
        "https://169.254.169.254",
    ],
)
def test_machines_are_only_looked_for_in_private_networks(url: str, names: dict[str, list[str]]) -> None:
    names["2130706432.example."] = ["93.184.216.34"]

    with pytest.raises(NotAllowed):
        open_driver(ConnectionSettings("octoprint", url, KEY)).status()


def test_the_deployment_may_name_its_networks(octoprint: SimulatedOctoPrint) -> None:
    def status(*networks: str) -> Activity:
        return open_driver(ConnectionSettings("octoprint", octoprint.url, KEY, 1.0, networks)).status().activity

    assert status("10.0.0.0/8", "127.0.0.0/24") is Activity.IDLE
    with pytest.raises(NotAllowed):
        status("10.0.0.0/8")
    with pytest.raises(NotAllowed):
        status("everywhere")
    with pytest.raises(NotAllowed):
        open_driver(ConnectionSettings("octoprint", "http://169.254.169.254", KEY, 1.0, ("0.0.0.0/0",))).status()


def test_a_name_is_checked_by_the_address_that_is_used(
    octoprint: SimulatedOctoPrint, names: dict[str, list[str]]
) -> None:
    port = octoprint.url.rsplit(":", 1)[1]
    driver = open_driver(ConnectionSettings("octoprint", f"http://printer.test:{port}", KEY, 0.5))
    names["printer.test"] = ["169.254.169.254", "127.0.0.1"]
    assert driver.status().activity is Activity.IDLE

    octoprint.fault = Fault.EMPTY  # The connection is closed, so the name is looked up again.
    with pytest.raises(Unintelligible):
        driver.status()
    names["printer.test"] = ["169.254.169.254"]

    with pytest.raises(NotAllowed):
        driver.status()


def test_a_name_that_nobody_knows_is_unreachable(names: dict[str, list[str]]) -> None:
    with pytest.raises(Unreachable, match="no such host"):
        open_driver(ConnectionSettings("octoprint", "http://nowhere.test", KEY)).status()


def test_proxies_of_the_environment_are_not_used(
    octoprint: SimulatedOctoPrint, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert driver.status().activity is Activity.IDLE


def test_cookies_and_compressed_answers_are_not_wanted(octoprint: SimulatedOctoPrint) -> None:
    with MachineSession(ConnectionSettings("octoprint", octoprint.url, KEY)) as session:
        answer = session.get(f"{octoprint.url}/api/version", headers={"X-Api-Key": KEY})

        assert answer.request.headers["Accept-Encoding"] == "identity"
        assert not session.cookies


def told(error: BaseException) -> str:
    """All that a log would show of an error."""
    shown = repr(error) + str(error)
    return shown + (told(error.__cause__) if error.__cause__ else "")


def assert_tells_nothing(error: MachineError, url: str) -> None:
    assert KEY not in told(error)
    assert url not in told(error)
    assert error.__suppress_context__ or error.__context__ is None
    assert 0 < len(str(error)) < 80


@pytest.fixture
def octoprint() -> Iterator[SimulatedOctoPrint]:
    with SimulatedOctoPrint(key=KEY) as octoprint:
        yield octoprint


@pytest.fixture
def driver(octoprint: SimulatedOctoPrint) -> Iterator[Driver]:
    driver = open_driver(ConnectionSettings("octoprint", octoprint.url, KEY, timeout_seconds=0.3))
    yield driver
    driver.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The addresses behind the names that are asked for; addresses stand for themselves."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, **options: int) -> list[object]:
        if ":" in host or host.replace(".", "").isdigit():
            return [*real(host, port, **options)]
        if host not in known:
            raise socket.gaierror("not known")
        return [entry for address in known[host] for entry in real(address, port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known
