"""Many processes want the same slots at once: each slot goes to one of them, and nobody is locked out."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from fablab.booking.models import Claim, Reservation
from fablab.catalog.models import ResourceLink
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.db import db, transaction
from tests.cast import LONG_AGO
from tests.conftest import Lab

PROCESSES = 6
SLOTS = 20
CHECKOUT = Path(__file__).parents[1]


@pytest.mark.race
def test_many_processes_race_for_the_same_slots_and_each_slot_is_had_once(lab: Lab) -> None:
    outcomes = race(lab, str(lab.cast.printer), SLOTS)

    assert sum(outcome["booked"] for outcome in outcomes) == SLOTS
    assert sum(outcome["taken"] for outcome in outcomes) == SLOTS * (PROCESSES - 1)
    assert lab.session.query(Reservation).count() == lab.session.query(Claim).count() == SLOTS
    assert overlaps(lab) == 0


@pytest.mark.race
def test_a_hall_of_two_rooms_is_never_had_together_with_one_of_them(lab: Lab) -> None:
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        cards = [ResourceCard(name=name, category_id=lab.cast.desks, site_id=lab.cast.workshop) for name in "ABC"]
        left, right, hall = (add_resource(session, admin, card, LONG_AGO).id for card in cards)
        session.add_all(ResourceLink(resource_id=hall, other_id=room, places=None) for room in (left, right))

    race(lab, f"{left},{right},{hall}", SLOTS, processes=4)

    assert overlaps(lab) == 0
    for row in lab.session.query(Reservation):
        wanted = {left, right, hall} if row.resource_id == hall else {row.resource_id}
        assert {claim.resource_id for claim in row.claims} == wanted
    taken = Counter((claim.resource_id, claim.occupied_from) for claim in lab.session.query(Claim))
    assert set(taken.values()) == {1}


def race(lab: Lab, resources: str, slots: int, processes: int = PROCESSES) -> list[dict[str, object]]:
    """Let many processes want every slot once."""
    url = lab.app.config["FABLAB"].database_url
    db.session.remove()
    members = ",".join(map(str, [lab.cast.maker, lab.cast.student] * (processes // 2)))
    done = subprocess.run(
        [sys.executable, "-m", "tests.racer", url, resources, members, str(slots)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    outcomes: list[dict[str, object]] = json.loads(done.stdout)
    assert [outcome["errors"] for outcome in outcomes] == [[]] * processes
    return outcomes


def overlaps(lab: Lab) -> int:
    """How many pairs of active claims share a place at a time."""
    found = lab.session.execute(
        text(
            "SELECT count(*) FROM claims a JOIN claims b ON a.id < b.id AND a.resource_id = b.resource_id "
            "AND a.place = b.place AND a.active AND b.active "
            "AND a.occupied_from < b.occupied_to AND b.occupied_from < a.occupied_to"
        )
    )
    return found.scalar_one()
