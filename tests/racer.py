"""A race of many processes: each wants every slot, in an order of its own, and tells what became of it.

`racer.py DATABASE_URL RESOURCES MEMBERS SLOTS [cancel]`; there is a process for each of the members, joined by commas.
Of several resources, joined by commas, it wants one at random for each slot; with `cancel` it gives back a third of
what it got. The processes are forked from this one, which has prepared all that they need but connected to nothing.
"""

import json
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from fablab.booking.services import Wish, book, cancel
from fablab.core.config import load_config
from fablab.core.db import transaction
from fablab.core.period import Period
from fablab.core.refusals import Conflict
from fablab.members.actor import Actor
from fablab.wiring import faceless

FIRST = datetime(2026, 3, 3, 8, tzinfo=UTC)
BEFORE = FIRST - timedelta(days=1)
_FORKED = get_context("fork")
_ready: list[Barrier] = []
"""Where the processes wait for each other, so that they begin together."""


def race_all(
    database_url: str, resource_ids: list[int], member_ids: list[int], slots: int, give_back: bool
) -> list[dict[str, object]]:
    """Let each of the members race in a process of their own; what became of each."""
    count = len(member_ids)
    configure_mappers()  # Here, once, rather than in each of them while it keeps the others waiting.
    with ProcessPoolExecutor(count, _FORKED, _ready.append, (_FORKED.Barrier(count),)) as pool:
        begun = [
            pool.submit(race, database_url, resource_ids, member_id, slots, seed, give_back)
            for seed, member_id in enumerate(member_ids)
        ]
        return [each.result() for each in begun]


def race(
    database_url: str, resource_ids: list[int], member_id: int, slots: int, seed: int, give_back: bool
) -> dict[str, object]:
    """Try to reserve every slot once, in a random order."""
    chance = random.Random(seed)
    wanted = list(range(slots))
    chance.shuffle(wanted)
    outcomes: Counter[str] = Counter()
    errors: list[str] = []
    config = load_config(Path(tempfile.mkdtemp()), database_url=database_url, secret_key="race " * 8)
    app = faceless(config)
    _ready[0].wait(60)
    with app.app_context():
        for slot in wanted:
            try:
                made = want(chance.choice(resource_ids), member_id, FIRST + timedelta(hours=slot))
                outcomes["booked"] += 1
                if give_back and chance.random() < 1 / 3:
                    with transaction() as session:
                        cancel(session, Actor(member_id), made, BEFORE)
            except Conflict:
                outcomes["taken"] += 1
            except Exception as error:
                errors.append(repr(error))
    return {"booked": outcomes["booked"], "taken": outcomes["taken"], "errors": errors}


def want(resource_id: int, member_id: int, start: datetime) -> int:
    """Reserve an hour."""
    wish = Wish(resource_id=resource_id, period=Period(start, start + timedelta(hours=1)), member_id=member_id)
    with transaction() as session:
        return book(session, Actor(member_id), wish, BEFORE).id


if __name__ == "__main__":
    url, resources, members, slots, *more = sys.argv[1:]
    wanted, who = ([int(number) for number in numbers.split(",")] for numbers in (resources, members))
    print(json.dumps(race_all(url, wanted, who, int(slots), give_back=bool(more))))
