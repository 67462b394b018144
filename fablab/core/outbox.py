"""What must leave the database: a row first, written with the facts it follows from, sent later by the worker.

A row has a unique key, so that the same news is told once. A worker claims a due row for a while (compare and set),
does the work outside of any transaction, and reports; if it dies, the claim runs out and another takes the row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from fablab.core.db import Instant, Json, Model, OptionalInstant, is_postgresql

MAX_ATTEMPTS = 8
_FIRST_DELAY = timedelta(seconds=30)


LEASE = timedelta(minutes=2)


class OutboxRow(Model):
    """Something to do outside of the database."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[Json]
    created_at: Mapped[Instant]
    due_at: Mapped[OptionalInstant]
    """When to try next; NULL once it is done or given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[OptionalInstant]
    given_up_at: Mapped[OptionalInstant]
    last_error: Mapped[str | None]


_WRITTEN = {
    name: insert(OutboxRow).on_conflict_do_nothing(index_elements=["key"]).returning(OutboxRow.id)
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed row: what to do, and the number of the attempt that this is."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempt: int


def put(session: Session, kind: str, key: str, payload: dict[str, Any], now: datetime) -> bool:
    """Write down something to do as soon as possible; False if the same key was written before."""
    values = {"kind": kind, "key": key, "payload": payload, "created_at": now, "due_at": now, "attempts": 0}
    written = _WRITTEN["postgresql" if is_postgresql(session) else "sqlite"]
    return session.connection().execute(written, values).first() is not None


def take_back(session: Session, keys: Collection[str]) -> None:
    """Forget what was written with these keys and nobody has begun to do, since it is told in another way."""
    session.execute(delete(OutboxRow).where(OutboxRow.key.in_(keys), OutboxRow.attempts == 0))


def claim(
    session: Session,
    now: datetime,
    *,
    kinds: Collection[str] | None = None,
    lease: timedelta = LEASE,
    limit: int = 20,
) -> list[Task]:
    """Take rows that are due, of some kinds or of all; they come back after the lease if nobody reports."""
    query = select(OutboxRow).where(OutboxRow.due_at <= now).order_by(OutboxRow.due_at, OutboxRow.id).limit(limit)
    if kinds is not None:
        query = query.where(OutboxRow.kind.in_(kinds))
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.attempts += 1
        row.due_at = now + lease
    session.flush()
    return [Task(row.id, row.kind, row.key, dict(row.payload), row.attempts) for row in rows]


def hold(session: Session, task: Task, now: datetime, *, lease: timedelta = LEASE) -> bool:
    """Keep a claimed row for another lease, just before it is done; False if another took it, or somebody forgot it:
    then leave it alone.
    """
    return _settle(session, task, {"due_at": now + lease})


def report_done(session: Session, task: Task, now: datetime) -> bool:
    """The task is done; its payload is forgotten, since it may hold a link with a secret. False if not ours anymore."""
    return _settle(session, task, {"done_at": now, "due_at": None, "last_error": None, "payload": {}})


def report_failure(session: Session, task: Task, error: str, now: datetime, *, final: bool = False) -> bool:
    """The task failed: try later, each time after twice as long, or give up after the last attempt."""
    values: dict[str, Any] = {"last_error": error[:500]}
    if is_last(task, final=final):
        values |= {"given_up_at": now, "due_at": None}
    else:
        values["due_at"] = now + _FIRST_DELAY * 2 ** (task.attempt - 1)
    return _settle(session, task, values)


def is_last(task: Task, *, final: bool) -> bool:
    """Tell whether a task that failed is given up."""
    return final or task.attempt >= MAX_ATTEMPTS


def _settle(session: Session, task: Task, values: dict[str, Any]) -> bool:
    still_ours = (OutboxRow.id == task.id, OutboxRow.attempts == task.attempt, OutboxRow.done_at.is_(None))
    result = session.execute(update(OutboxRow).where(*still_ours).values(**values).returning(OutboxRow.id))
    return result.first() is not None


def forget(session: Session, address: str) -> None:
    """Do nothing more of what waits for an address, and forget what could not be done: its person was erased."""
    query = select(OutboxRow).where(OutboxRow.done_at.is_(None)).with_for_update()
    for row in session.scalars(query):
        if address in (row.payload.get("to"), row.payload.get("email")):
            row.payload, row.due_at, row.done_at = {}, None, row.created_at
            row.given_up_at, row.last_error = None, None
    session.flush()


def given_up(session: Session) -> int:
    """How many rows were given up: somebody should look at them."""
    query = select(func.count()).select_from(OutboxRow).where(OutboxRow.given_up_at.is_not(None))
    return session.scalar(query) or 0


def given_up_rows(session: Session, *, limit: int = 100) -> list[OutboxRow]:
    """The rows that were given up, the latest first."""
    query = select(OutboxRow).where(OutboxRow.given_up_at.is_not(None))
    return list(session.scalars(query.order_by(OutboxRow.given_up_at.desc(), OutboxRow.id.desc()).limit(limit)))


def try_again(session: Session, row_id: int, now: datetime) -> bool:
    """Let a row that was given up be done as if it were new; False if it was not given up."""
    anew = {"given_up_at": None, "due_at": now, "attempts": 0}
    still_so = (OutboxRow.id == row_id, OutboxRow.given_up_at.is_not(None))
    result = session.execute(update(OutboxRow).where(*still_so).values(**anew).returning(OutboxRow.id))
    return result.first() is not None


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these keys that were written."""
    return set(session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(keys))))


def reasons_for_giving_up(session: Session, *, limit: int = 3) -> list[str]:
    """Why the latest of them were given up."""
    query = select(OutboxRow.last_error).where(OutboxRow.given_up_at.is_not(None), OutboxRow.last_error.is_not(None))
    return [reason for reason in session.scalars(query.order_by(OutboxRow.id.desc()).limit(limit)) if reason]


def was_put(session: Session, prefix: str) -> bool:
    """Tell whether something was written whose key begins so."""
    query = select(OutboxRow.id).where(OutboxRow.key.startswith(prefix, autoescape=True)).limit(1)
    return session.scalar(query) is not None
