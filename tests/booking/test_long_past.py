"""What has gone by costs nothing: a place's guard and what asks for a time read no past. Counted in steps of SQLite."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from fablab.core import schema
from fablab.core.db import prepare_engine

START = datetime(2026, 1, 1, tzinfo=UTC)
PUT = (
    "INSERT INTO claims (reservation_id, resource_id, place, occupied_from, occupied_to, active) "
    "VALUES (1, 1, :place, :start, :end, true)"
)
TAKEN = (
    "SELECT count(*) FROM claims WHERE resource_id IN (1, 2) AND active = 1 "
    "AND occupied_from < :end AND occupied_from > :early AND occupied_to > :start"
)


def test_a_claim_costs_no_more_after_years_of_others(engine: Engine) -> None:
    put(engine, range(10))
    few = steps(engine, PUT, 10)

    put(engine, range(11, 2000))

    assert steps(engine, PUT, 2000) < few * 1.5


def test_what_is_taken_at_a_time_is_found_without_reading_years(engine: Engine) -> None:
    put(engine, range(40))
    few = steps(engine, TAKEN, 39)

    put(engine, range(40, 2000))

    assert steps(engine, TAKEN, 1999) < few * 1.5


def put(engine: Engine, hours: range) -> None:
    """Let two places be taken in these hours."""
    with engine.begin() as connection:
        connection.execute(text(PUT), [values(hour, place) for hour in hours for place in (1, 2)])


def values(hour: int, place: int = 1) -> dict[str, object]:
    """An hour as the statements want it."""
    start = START + timedelta(hours=hour)
    early, end = start - timedelta(days=1), start + timedelta(hours=1)
    return {"place": place, "start": str(start), "early": str(early), "end": str(end)}


def steps(engine: Engine, statement: str, hour: int) -> int:
    """How many steps SQLite makes for a statement; what it writes is undone."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(step, 1)
        connection.execute(text(statement), values(hour))
        driver.set_progress_handler(None, 0)
        connection.rollback()
    return count


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty lab on SQLite, without foreign keys, so that claims need nobody."""
    made = create_engine(f"sqlite:///{tmp_path}/past.sqlite")
    prepare_engine(made)
    schema.upgrade(made)
    with made.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
    yield made
    made.dispose()
