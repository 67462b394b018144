"""Many processes want the same slots at once: each slot goes to one of them, and nobody is locked out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from fablab.booking.models import Claim, Reservation
from tests.conftest import Lab

PROCESSES = 6
SLOTS = 20
CHECKOUT = Path(__file__).parents[1]


@pytest.mark.race
def test_many_processes_race_for_the_same_slots_and_each_slot_is_had_once(lab: Lab) -> None:
    config = lab.app.config["FABLAB"]
    jobs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.racer", config.database_url, *map(str, (lab.cast.printer, who, SLOTS, seed))],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, who in enumerate([lab.cast.maker, lab.cast.student] * (PROCESSES // 2))
    ]
    outcomes = [json.loads(job.communicate(timeout=120)[0]) for job in jobs]

    assert all(job.returncode == 0 for job in jobs)
    assert sum(outcome["booked"] for outcome in outcomes) == SLOTS
    assert sum(outcome["taken"] for outcome in outcomes) == SLOTS * (PROCESSES - 1)
    assert [outcome["errors"] for outcome in outcomes] == [[]] * PROCESSES
    assert lab.session.query(Reservation).count() == lab.session.query(Claim).count() == SLOTS
    overlaps = lab.session.execute(
        text(
            "SELECT count(*) FROM claims a JOIN claims b ON a.id < b.id AND a.resource_id = b.resource_id "
            "AND a.place = b.place AND a.active AND b.active "
            "AND a.occupied_from < b.occupied_to AND b.occupied_from < a.occupied_to"
        )
    )
    assert overlaps.scalar_one() == 0
