"""Instants in columns, and the one transaction that commits."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from fablab.catalog import services as catalog
from fablab.catalog.models import Resource
from fablab.core import heartbeat
from fablab.core.db import database_name, db, engine_url, prepare_engine, transaction
from fablab.core.heartbeat import Heartbeat
from fablab.members.models import MemberClass
from fablab.sites.models import Room
from tests.conftest import Lab
from tests.support.threads import at_once

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)


def classes(lab: Lab) -> set[str]:
    names = set(lab.session.scalars(select(MemberClass.name)))
    lab.session.rollback()
    return names


def test_an_instant_comes_back_as_the_same_instant_in_utc(lab: Lab) -> None:
    with transaction() as session:
        heartbeat.beat(session, "test", NOON.astimezone(timezone(timedelta(hours=5, minutes=45))))

    found = heartbeat.last_beat(lab.session, "test")

    assert found == NOON
    assert found is not None
    assert found.tzinfo is UTC


def test_a_naive_instant_is_refused_in_a_row_and_in_a_question(lab: Lab) -> None:
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(StatementError, match="naive"), transaction() as session:
        heartbeat.beat(session, "test", naive)
    with pytest.raises(StatementError, match="naive"):
        lab.session.scalar(select(Heartbeat.name).where(Heartbeat.beat_at < naive))


def test_a_beat_is_stale_when_it_is_missing_or_too_old() -> None:
    assert heartbeat.is_stale(None, NOON, 60)
    assert heartbeat.is_stale(NOON - timedelta(seconds=61), NOON, 60)
    assert not heartbeat.is_stale(NOON - timedelta(seconds=60), NOON, 60)


def test_a_transaction_is_done_wholly_or_not_at_all(lab: Lab) -> None:
    before = classes(lab)

    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.add(MemberClass(name="half"))
        session.flush()
        raise ZeroDivisionError

    assert classes(lab) == before


def test_a_transaction_inside_another_is_refused_and_nothing_of_both_stays(lab: Lab) -> None:
    before = classes(lab)

    with pytest.raises(RuntimeError, match="already open"), transaction() as outer:
        outer.add(MemberClass(name="outer"))
        with transaction() as inner:
            inner.add(MemberClass(name="inner"))

    assert classes(lab) == before
    with transaction() as session:  # And the next one opens as ever.
        session.add(MemberClass(name="next"))
    assert classes(lab) == before | {"next"}


def test_an_interrupted_transaction_leaves_nothing(lab: Lab) -> None:
    before = classes(lab)

    with pytest.raises(KeyboardInterrupt), transaction() as session:
        session.add(MemberClass(name="half"))
        session.flush()
        raise KeyboardInterrupt

    assert classes(lab) == before


def test_facts_read_before_are_read_anew_inside(lab: Lab) -> None:
    seen = lab.session.get_one(Resource, lab.cast.printer)
    assert seen.used_seconds == 0
    assert at_once(lab.app, [lambda: add_use(lab.cast.printer, 60)]) == [None]

    with transaction() as session:
        assert session.get_one(Resource, lab.cast.printer).used_seconds == 60


def test_writers_wait_for_each_other_and_none_is_lost(lab: Lab) -> None:
    starts = threading.Barrier(4)

    def add_ten() -> None:
        starts.wait()
        for _ in range(10):
            db.session.get_one(Resource, lab.cast.printer)  # A read before the write must not spoil it.
            add_use(lab.cast.printer, 1)

    assert at_once(lab.app, [add_ten] * 4) == [None] * 4

    assert lab.session.get_one(Resource, lab.cast.printer).used_seconds == 40


def test_the_database_checks_that_what_a_row_speaks_of_exists(lab: Lab) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Room(site_id=999_999, name="Nowhere"))


def test_a_database_may_be_named_in_three_ways_and_its_password_is_not_shown() -> None:
    assert engine_url("postgres://u@h/d") == engine_url("postgresql://u@h/d") == "postgresql+psycopg://u@h/d"
    assert engine_url("sqlite:///x") == "sqlite:///x"
    assert "hunter2" not in database_name("postgresql://lab:hunter2@localhost/lab")


def add_use(resource_id: int, seconds: int) -> None:
    with transaction() as session:
        catalog.add_use(session, resource_id, seconds)


def test_who_wants_to_write_asks_again_until_it_is_their_turn(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/turns.sqlite")
    prepare_engine(engine)
    asked: list[str] = []
    other = sqlite3.connect(tmp_path / "turns.sqlite", isolation_level=None, check_same_thread=False)

    def hear(statement: str) -> None:
        asked.append(statement)
        if asked.count("BEGIN IMMEDIATE") == 3:
            other.execute("ROLLBACK")

    event.listen(engine, "connect", lambda connection, record: connection.set_trace_callback(hear))
    engine.connect().close()
    other.execute("BEGIN IMMEDIATE")

    with engine.connect().execution_options(fablab_writing=True) as connection:
        connection.execute(text("CREATE TABLE things (id integer)"))
        connection.commit()

    assert asked.count("BEGIN IMMEDIATE") == 3
    other.close()
    engine.dispose()
