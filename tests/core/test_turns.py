"""Who writes next: on SQLite, where all others wait."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import Connection, Engine, create_engine

from fablab.core import turns
from fablab.core.db import prepare_engine
from fablab.core.turns import Door


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/turns.sqlite")
    prepare_engine(engine)
    yield engine
    engine.dispose()


def writing(engine: Engine) -> Connection:
    connection = engine.connect().execution_options(fablab_writing=True)
    connection.begin()
    return connection


def test_who_has_just_written_does_not_come_before_who_has_waited_for_long(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_SOON", -1)
    came: list[str] = []
    look = Door(f"{tmp_path}/turns.sqlite-door")

    def come(name: str) -> None:
        connection = writing(engine)
        came.append(name)
        sleep(0.02)
        connection.close()

    first = writing(engine)
    with ThreadPoolExecutor() as pool:
        waits = pool.submit(come, "who waits")
        taken = 0
        while taken < 3:  # For longer than somebody only looks.
            taken = 0 if look.is_free() else taken + 1
            sleep(0.005)
        first.close()
        come("who has just written")
        waits.result()

    assert came == ["who waits", "who has just written"]


def test_the_door_is_free_again_however_waiting_ends(engine: Engine, tmp_path: Path) -> None:
    look = Door(f"{tmp_path}/turns.sqlite-door")
    for _ in range(3):
        writing(engine).close()
        assert look.take()
        look.leave()
