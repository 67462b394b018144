"""The database: the base of every row, the column of instants, and the one `transaction()` that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Result, TypeDecorator, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from fablab.core import turns

Outcome = TypeVar("Outcome")
_WRITING = "fablab_writing"
DatabaseFailed = DBAPIError
"""The database does not answer, or not as it should; for those who must say so instead of failing."""
AlreadyThere = IntegrityError
"""A constraint of the database had the last word, since two people passed every check at once."""


class Model(DeclarativeBase):
    """The base of every row; constraints are named by convention so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, stored as UTC. A naive value is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """In one call for each value, since a list has thousands of them."""
        read = self.impl_instance.dialect_impl(dialect).result_processor(dialect, coltype)

        def process(value: Any) -> datetime | None:
            if value is None:
                return None
            found: Any = read(value) if read else value
            moment: datetime = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            return moment

        return process


Instant = Annotated[datetime, mapped_column(UTCDateTime())]
OptionalInstant = Annotated[datetime | None, mapped_column(UTCDateTime())]
Json = Annotated[dict[str, Any], mapped_column(JSON)]
OptionalJson = Annotated[dict[str, Any] | None, mapped_column(JSON)]


def where(condition: str) -> dict[str, Any]:
    """For an `Index` over the rows of a condition only, the same on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


db = SQLAlchemy(metadata=Model.metadata)


def engine_url(database_url: str) -> str:
    """The URL as SQLAlchemy wants it: `postgresql://` and `postgres://` mean psycopg 3 here."""
    scheme, separator, rest = database_url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg{separator}{rest}"
    return database_url


def prepare_engine(engine: Engine) -> None:
    """Make an engine behave: on SQLite, let us say BEGIN ourselves, check foreign keys, wait for other writers."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # The driver's own BEGIN comes too late.
    # SQLite's own lower() knows ASCII only, and people are called Élodie.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={turns.WAIT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITING, False):
        turns.begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """Do what follows wholly or not at all; the only place that commits.

    What was read before is let go first: on SQLite a read that turns into a write fails at once when somebody
    else has written meanwhile, and facts that decide must be read inside. Only the edges (views, API handlers,
    commands, the worker) open one; a second one inside the first is an error in the program.
    """
    session = db.session()
    if session.info.get(_WRITING):
        raise RuntimeError("a transaction is already open")
    session.rollback()
    session.info[_WRITING] = True
    try:
        session.connection(execution_options={_WRITING: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(_WRITING, None)


def rows_changed(result: Result[Any]) -> int:
    """How many rows a deletion or an update of many touched."""
    return int(getattr(result, "rowcount", 0) or 0)


def attempt(act: Callable[[Session], Outcome], keep: Callable[[Outcome], bool]) -> tuple[Outcome, bool]:
    """Do something in a transaction, and keep what was written only if its outcome is such; else it was a trial.

    Returns the outcome, and whether it was kept.
    """
    found: list[Outcome] = []
    try:
        with transaction() as session:
            found.append(act(session))
            if not keep(found[0]):
                raise _OnlyTried
    except _OnlyTried:
        return found[0], False
    return found[0], True


class _OnlyTried(Exception):
    """What was written is undone."""


def is_postgresql(session: Session) -> bool:
    """Tell whether rows can be locked one by one; SQLite locks the whole file for the one writer."""
    return session.get_bind().dialect.name == "postgresql"


def database_name(database_url: str) -> str:
    """The database's address without its password, for messages."""
    return make_url(database_url).render_as_string(hide_password=True)
