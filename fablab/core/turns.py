"""Whose turn it is to write, where one file has one writer at a time: SQLite.

SQLite itself lets those who wait ask ever more seldom. Whoever has just written comes again before them, which is
quick, since they still have the file's pages at hand; but where many write on a busy machine, somebody waits in vain.
So who has waited for long stands at the door, which is the lock of a file beside the database: nobody else asks SQLite
meanwhile, who has just written included, and all others who have waited for long have the same chance to be next.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from random import uniform
from time import monotonic, sleep

from sqlalchemy.engine import Connection

WAIT_MS = 10_000
"""How long anything else waits for SQLite, in milliseconds."""
_TURN_MS = 50
"""How long SQLite asks by itself before one looks at the door again."""
_SOON, _PATIENCE = 0.5, 30.0
"""Seconds after which one stands at the door, and after which it is an error."""
_AT_DOOR, _BEFORE = 0.001, 0.005
"""Seconds between two questions at the door and before it."""


class Door:
    """A place for one who waits; whoever wants it opened the file for themselves."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __del__(self) -> None:
        os.close(self._file)

    def take(self) -> bool:
        """Stand there, unless somebody else does."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_free(self) -> bool:
        """Nobody stands there."""
        found = self.take()
        self.leave()
        return found

    def leave(self) -> None:
        """Let another stand there."""
        fcntl.flock(self._file, fcntl.LOCK_UN)


def begin_writing(connection: Connection) -> None:
    """Begin a transaction that writes, when nobody else does any more.

    Raises:
        OperationalError: others have been writing for as long as one can be asked to wait.
    """
    since, driver = monotonic(), connection.connection.cursor()
    if "door" not in connection.info:
        connection.info["door"] = Door(f"{connection.engine.url.database}-door")
    door: Door = connection.info["door"]

    def begins() -> bool:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            return False
        return True

    try:
        driver.execute(f"PRAGMA busy_timeout={_TURN_MS}")
        if _repeated(lambda: door.is_free() and begins(), _BEFORE, since + _SOON):
            return
        driver.execute("PRAGMA busy_timeout=0")
        until = since + _PATIENCE
        if not (_repeated(door.take, _BEFORE, until) and _repeated(begins, _AT_DOOR, until)):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # The last time it is an error.
    finally:
        door.leave()
        driver.execute(f"PRAGMA busy_timeout={WAIT_MS}")
        driver.close()


def _repeated(act: Callable[[], bool], pause: float, until: float) -> bool:
    """Try until it is done, or until a moment; at odd times, so that nobody always comes just after another."""
    while not act():
        if monotonic() > until:
            return False
        sleep(pause * uniform(0.5, 1.5))
    return True
