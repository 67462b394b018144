"""Counting what is asked of the database, which says more than a clock about what will be slow one day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def heard(engine: Engine) -> Iterator[list[str]]:
    """What is sent to the database meanwhile, what begins a transaction too."""
    found: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def statements(engine: Engine, act: Callable[[], object]) -> int:
    """How many statements an act sends; what begins a transaction is none."""
    with heard(engine) as found:
        act()
    return sum(not statement.startswith("BEGIN") for statement in found)
