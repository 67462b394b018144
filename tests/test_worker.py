"""The worker as a real process among machines that misbehave: each shows its own state, none delays another."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.db import db, transaction
from fablab.usage.connections import Means, connect
from machines.simulators.faults import Fault
from machines.simulators.octoprint import SimulatedOctoPrint
from tests.conftest import Lab
from tests.support import process
from tests.support.processes import LabProcesses, lab_processes

KEY = "the-right-key"


def add_machine(lab: Lab, name: str, url: str, key: str = KEY) -> int:
    admin, now = lab.actor(lab.cast.admin), datetime.now(UTC)
    means = Means(lab.app.config["FABLAB"].secret_key)
    with transaction() as session:
        card = ResourceCard(name=name, category_id=lab.cast.printers, site_id=lab.cast.workshop)
        machine = add_resource(session, admin, card, now).id
        connect(session, admin, machine, "octoprint", url, key, means, now)
    return machine


def live(processes: LabProcesses, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    answer = requests.get(f"{processes.url}/api/v1/resources", headers=headers, timeout=30)
    return {row["name"]: row["live"] for row in answer.json()["items"] if row["live"]}


def test_every_way_to_misbehave_shows_as_its_own_state_and_delays_nobody(lab: Lab, tmp_path: Path) -> None:
    faults = {
        "hangs": (Fault.HANG, "unreachable"),
        "drips": (Fault.DRIP, "unreachable"),
        "html": (Fault.HTML, "unintelligible"),
        "nonsense": (Fault.BAD_JSON, "unintelligible"),
        "list": (Fault.LIST, "unintelligible"),
        "redirects": (Fault.REDIRECT, "unintelligible"),
        "huge": (Fault.HUGE, "unintelligible"),
        "broken": (Fault.BROKEN, "unintelligible"),
        "resets": (Fault.RESET, "unreachable"),
    }
    headers = lab.token(lab.cast.maker)
    simulators = {name: SimulatedOctoPrint(key=KEY).start() for name in (*faults, "well", "key", "off")}
    try:
        for name, simulator in simulators.items():
            if name in faults:
                simulator.fault = faults[name][0]
            add_machine(lab, name, simulator.url, "a-wrong-key" if name == "key" else KEY)
        simulators["off"].printer.disconnect(simulators["off"].now())
        add_machine(lab, "nothing there", f"http://127.0.0.1:{process.free_port()}")
        db.session.remove()
        expected = {name: condition for name, (_, condition) in faults.items()}
        expected |= {"well": "idle", "key": "not_allowed", "off": "off", "nothing there": "unreachable"}
        settings = {"poll_seconds": "0.5", "machine_timeout_seconds": "1.5"}
        with lab_processes(lab.app.config["FABLAB"], tmp_path, **settings) as processes:
            processes.start_server()
            processes.start_worker()
            processes.wait_for(
                lambda: {name: state["condition"] for name, state in live(processes, headers).items()} == expected,
                30,
                f"each machine shows its state: {expected}",
            )
            sentences = {name: state["sentence"] for name, state in live(processes, headers).items()}
            assert "refuses the API key" in sentences["key"]
            assert "off" in sentences["off"]
            assert "Nothing answers" in sentences["hangs"]

            # The healthy one goes on being read while others hang, and the worker is alive.
            count = len(simulators["well"].requests)
            processes.wait_for(lambda: len(simulators["well"].requests) > count + 5, 60, "the healthy one is read on")
            assert requests.get(f"{processes.url}/healthz", timeout=30).status_code == 200
    finally:
        for simulator in simulators.values():
            simulator.stop()


def test_a_monitor_and_the_screens_are_told_when_the_worker_is_silent(lab: Lab, tmp_path: Path) -> None:
    db.session.remove()
    with lab_processes(lab.app.config["FABLAB"], tmp_path, stale_after_seconds="6") as processes:
        processes.start_server()
        never = requests.get(f"{processes.url}/healthz", timeout=30)
        processes.start_worker()
        processes.wait_for(lambda: healthy(processes), 60, "the worker's first beat")
        processes.kill_worker()
        processes.wait_for(lambda: not healthy(processes), 60, "the beat is too old")

    assert never.status_code == 503


def healthy(processes: LabProcesses) -> bool:
    return requests.get(f"{processes.url}/healthz", timeout=30).status_code == 200


def test_two_workers_at_once_count_nothing_twice(lab: Lab, tmp_path: Path) -> None:
    headers = lab.token(lab.cast.maker)
    with SimulatedOctoPrint(key=KEY, speed=60) as simulator:
        add_machine(lab, "shared", simulator.url)
        db.session.remove()
        with lab_processes(lab.app.config["FABLAB"], tmp_path, poll_seconds="0.3") as processes:
            processes.start_server()
            for _ in range(2):
                processes.start_worker()
            processes.wait_for(lambda: "shared" in live(processes, headers), 60, "somebody reads it")
            print_once(simulator)
            processes.wait_for(
                lambda: live(processes, headers)["shared"]["condition"] in ("working", "starting"), 60, "it prints"
            )
            processes.wait_for(lambda: live(processes, headers)["shared"]["condition"] == "idle", 90, "it is done")
            boss = lab.signed_in(lab.cast.fabmanager)
            desk = boss.get("/desk").text
            assert desk.count("part.gcode") == 1


def print_once(simulator: SimulatedOctoPrint) -> None:
    files = {"file": ("part.gcode", "G4 S1200\n")}
    answer = requests.post(
        f"{simulator.url}/api/files/local", files=files, data={"print": "true"}, headers={"X-Api-Key": KEY}, timeout=30
    )
    assert answer.status_code == 201
