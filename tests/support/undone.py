"""A transaction of which nothing stays: for examples that each begin with the same lab."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from fablab.core.db import transaction


class _Undone(Exception):
    """Ends a transaction without keeping it."""


@contextmanager
def undone() -> Iterator[Session]:
    """A session whose writes are taken back at the end; what fails inside is raised as it is."""
    try:
        with transaction() as session:
            yield session
            raise _Undone
    except _Undone:
        pass
