"""How many reservations go through at once, beside how many bare rows do.

Eight processes reserve as fast as they can, each for somebody else on a machine of its own, so that all of them are
granted; the floor is eight that insert bare rows over the same driver with the same pragmas, one in a transaction.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from sqlalchemy.orm import configure_mappers

from fablab.core.config import load_config
from fablab.core.db import db
from fablab.wiring import faceless
from tests.bench.booking import reserve
from tests.bench.lab import BenchLab, account_of
from tests.bench.table import Row

WRITERS = 8
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")
"""Those of `fablab.core.db`."""
FIRST_HOUR = 8_000
_INSERT = """
INSERT INTO reservations (resource_id, member_id, account_id, nature, starts_at, ends_at, state, created_at,
    created_by_id, version)
VALUES ({0}, {0}, {0}, 'member', '2039-01-01 10:00:00.000000', '2039-01-01 11:00:00.000000', 'booked',
    '2039-01-01 09:00:00.000000', {0}, 1)
"""
_FORKED = get_context("fork")
_ready: list[Barrier] = []
Act = Callable[[], object]


def row(lab: BenchLab, each: int, goal: float) -> Row:
    """Reservations and bare rows of eight processes, a second."""
    url = lab.app.config["FABLAB"].database_url
    with lab.app.app_context():
        pairs = zip(lab.people[1:], lab.workshop[1 : WRITERS + 1], strict=False)
        people = [(key, account_of(db.session(), key), machine) for key, machine in pairs]
        db.session.remove()
        db.engine.dispose()
    raw, guarded = _race(_raw, url, people, each * 20), _race(_guarded, url, people, each)
    made = Row(what="reservations a second, 8 writers; floor: bare rows", cost=guarded, floor=raw, ratio=guarded / raw)
    made.goals = [(f"≥ {goal}", guarded / raw >= goal)]
    return made


def _race(
    kind: Callable[[str, tuple[int, int, int]], Act], url: str, people: list[tuple[int, int, int]], each: int
) -> float:
    configure_mappers()
    with ProcessPoolExecutor(WRITERS, _FORKED, _ready.append, (_FORKED.Barrier(WRITERS),)) as pool:
        begun = [pool.submit(_write, kind, url, person, each) for person in people]
        spans = [one.result() for one in begun]
    return WRITERS * each / (max(end for _, end in spans) - min(start for start, _ in spans))


def _write(
    kind: Callable[[str, tuple[int, int, int]], Act], url: str, person: tuple[int, int, int], each: int
) -> tuple[float, float]:
    act = kind(url, person)
    act()
    _ready[0].wait(60)
    begun = time.monotonic()
    for _ in range(each):
        act()
    return begun, time.monotonic()


def _guarded(url: str, person: tuple[int, int, int]) -> Act:
    member_id, _account, machine = person
    app = faceless(load_config(Path(tempfile.mkdtemp()), database_url=url, secret_key="bench " * 8))
    hours = count(FIRST_HOUR)

    def act() -> None:
        with app.app_context():
            reserve(member_id, machine, next(hours))

    return act


def _raw(url: str, person: tuple[int, int, int]) -> Act:
    member_id, account_id, machine = person
    values = (machine, member_id, account_id, member_id)
    return _raw_sqlite(url, values) if url.startswith("sqlite") else _raw_postgresql(url, values)


def _raw_sqlite(url: str, values: tuple[int, ...]) -> Act:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")

    def act() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_INSERT.format("?"), values)
        connection.execute("COMMIT")

    return act


def _raw_postgresql(url: str, values: tuple[int, ...]) -> Act:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(plain)

    def act() -> None:
        connection.execute(_INSERT.format("%s"), values)
        connection.commit()

    return act
