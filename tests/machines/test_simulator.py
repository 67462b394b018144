"""The simulated OctoPrint, seen as its clients see it."""

import re
import subprocess
import sys
from itertools import pairwise

import pytest
import requests

from machines.driver import ConnectionSettings
from machines.probe import probe
from machines.simulators.octoprint import SimulatedOctoPrint
from machines.simulators.printer import SimulatedPrinter
from machines.simulators.workshop import Workshop
from machines.status import Activity

MONDAY = 1_774_828_800.0


def test_a_file_is_uploaded_and_printed_at_once() -> None:
    clock = Clock()
    with SimulatedOctoPrint(key="key", clock=clock) as octoprint, client() as session:
        upload = session.post(
            f"{octoprint.url}/api/files/local",
            files={"file": ("pièce.gcode", b"G28\nG4 S40\nG4 S20\n")},
            data={"print": "true"},
        )
        clock.now += 30

        job = session.get(f"{octoprint.url}/api/job").json()
        listed = session.get(f"{octoprint.url}/api/files/local").json()["files"]

        assert (upload.status_code, upload.json()["effectivePrint"]) == (201, True)
        assert (job["state"], job["progress"]["printTime"], job["progress"]["printTimeLeft"]) == ("Printing", 30, 30)
        assert [file["path"] for file in listed] == ["pièce.gcode"]


def test_a_print_obeys_commands() -> None:
    clock = Clock()
    with SimulatedOctoPrint(key="key", clock=clock) as octoprint, client() as session:

        def command(**fields: str) -> int:
            clock.now += 10
            return session.post(f"{octoprint.url}/api/job", json=fields).status_code

        assert command(command="start") == 409
        session.post(f"{octoprint.url}/api/files/local", files={"file": ("a.gcode", b";TIME:500\n")})
        selected = session.post(f"{octoprint.url}/api/files/local/a.gcode", json={"command": "select", "print": True})

        assert selected.status_code == 204
        assert command(command="pause", action="pause") == 204
        assert command(command="pause", action="pause") == 409
        assert command(command="pause", action="resume") == 204
        assert command(command="cancel") == 204
        assert octoprint.printer.files["a.gcode"].failure == 1
        assert command(command="start") == 204


def test_a_printer_that_is_off_answers_409_where_octoprint_does() -> None:
    with SimulatedOctoPrint(key="key", printer=SimulatedPrinter(state="Offline")) as octoprint, client() as session:
        assert session.get(f"{octoprint.url}/api/printer").status_code == 409
        assert session.get(f"{octoprint.url}/api/job").json()["state"] == "Offline"
        assert session.get(f"{octoprint.url}/api/connection").json()["current"]["state"] == "Closed"

        session.post(f"{octoprint.url}/api/connection", json={"command": "connect"})

        assert session.get(f"{octoprint.url}/api/printer").status_code == 200


def test_a_wrong_key_is_answered_with_403() -> None:
    with SimulatedOctoPrint(key="another") as octoprint, client() as session:
        assert session.get(f"{octoprint.url}/api/version").status_code == 403


@pytest.mark.parametrize("seed", range(5))
def test_a_workshop_restarted_shows_the_same_print_in_progress(seed: int) -> None:
    def job_at(*instants: float) -> object:
        printer = SimulatedPrinter()
        workshop = Workshop(printer, seed=seed)
        for instant in instants:
            workshop.advance(instant)
        return printer.job(instants[-1])

    at = MONDAY + 11 * 3600 + seed * 777

    assert job_at(at) == job_at(at - 5000, at - 4000, at - 10, at) == job_at(at - 50, at)


def test_a_workshop_is_busy_for_most_of_the_day_and_sometimes_free() -> None:
    printer = SimulatedPrinter()
    workshop = Workshop(printer, seed=3)
    states = []
    for minute in range(0, 3 * 24 * 60, 5):
        workshop.advance(MONDAY + minute * 60)
        states.append(printer.state)

    assert 0.7 < states.count("Printing") / len(states) < 0.97
    assert {"Printing", "Operational", "Paused"} <= set(states)
    assert sum(file.success for file in printer.files.values()) > 20
    assert sum(file.failure for file in printer.files.values()) > 0


def test_a_workshop_at_a_higher_speed_shows_times_that_agree_with_the_clock() -> None:
    printer = SimulatedPrinter()
    workshop = Workshop(printer, seed=1, speed=60)
    shown = []
    for second in range(200):
        workshop.advance(MONDAY + second)
        progress = printer.job(MONDAY + second)["progress"]
        shown.append((printer.state, printer.selected, progress["printTime"]))

    steps = {
        after[2] - before[2]
        for before, after in pairwise(shown)
        if before[0] == after[0] == "Printing" and before[1] is after[1] and after[2] > before[2]
    }
    assert steps == {1}


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "machines.simulators.octoprint", "--key", "key", "--auto", "--seed", "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()

        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        assert probe(ConnectionSettings("octoprint", url, "key")).activity is not Activity.OFF
        process.terminate()


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> float:
        return self.now


def client() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["X-Api-Key"] = "key"
    return session
