"""One process of the race in test_race.py: wants every slot, in an order of its own, and tells what became of it."""

import json
import random
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fablab.app import create_app
from fablab.booking.services import Wish, book
from fablab.core.config import load_config
from fablab.core.db import transaction
from fablab.core.period import Period
from fablab.core.refusals import Conflict
from fablab.members.actor import Actor

FIRST = datetime(2026, 3, 3, 8, tzinfo=UTC)


def race(database_url: str, resource_id: int, member_id: int, slots: int, seed: int) -> dict[str, object]:
    """Try to reserve every slot once; the slots overlap each other by nothing, the wishes by everything."""
    config = load_config(Path(tempfile.mkdtemp()), database_url=database_url, secret_key="race " * 8)
    wanted = list(range(slots))
    random.Random(seed).shuffle(wanted)
    outcomes: Counter[str] = Counter()
    errors: list[str] = []
    with create_app(config).app_context():
        for slot in wanted:
            start = FIRST + timedelta(hours=slot)
            wish = Wish(
                resource_id=resource_id, period=Period(start, start + timedelta(hours=1)), member_id=member_id
            )
            try:
                with transaction() as session:
                    book(session, Actor(member_id), wish, FIRST - timedelta(days=1))
                outcomes["booked"] += 1
            except Conflict:
                outcomes["taken"] += 1
            except Exception as error:
                errors.append(repr(error))
    return {"booked": outcomes["booked"], "taken": outcomes["taken"], "errors": errors}


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    print(json.dumps(race(url, *map(int, numbers))))
