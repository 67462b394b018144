"""Whose turn it is to write, where one file has one writer at a time: SQLite.

SQLite itself lets those who wait ask ever more seldom. Whoever has just written comes again before them, the file lies
idle between one and the next, and where many write on a busy machine somebody waits in vain. So one of them stands at
the door, which is the lock of a file beside the database: only who stands there asks SQLite, and often, so that who has
just written does not come in first. All others ask for the place at the door, where everybody's chance is the same.
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
_PATIENCE, _PAUSE = 30.0, 0.001
"""Seconds: how long somebody waits for their turn, and between two questions."""


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

    def leave(self) -> None:
        """Let another stand there."""
        fcntl.flock(self._file, fcntl.LOCK_UN)


def begin_writing(connection: Connection) -> None:
    """Begin a transaction that writes, when nobody else does any more.

    Raises:
        OperationalError: others have been writing for as long as one can be asked to wait.
    """
    until, driver = monotonic() + _PATIENCE, connection.connection.cursor()
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

    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not (_repeated(door.take, until) and _repeated(begins, until)):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # The last time it is an error.
    finally:
        door.leave()
        driver.execute(f"PRAGMA busy_timeout={WAIT_MS}")
        driver.close()


def _repeated(act: Callable[[], bool], until: float) -> bool:
    """Try until it is done, or until a moment; at odd times, so that nobody always comes just after another."""
    while not act():
        if monotonic() > until:
            return False
        sleep(_PAUSE * uniform(0.5, 1.5))
    return True
