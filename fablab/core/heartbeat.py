"""The worker's pulse: a row that it renews, so that the web can tell when nobody meters anymore."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from fablab.core.db import Instant, Model, is_postgresql

WORKER = "worker"
"""What the worker calls itself."""


class Heartbeat(Model):
    """When a process of this name last did its round."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[Instant]


def beat(session: Session, name: str, now: datetime) -> None:
    """Say that this process is alive; two may say so for the first time at once."""
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    written = insert(Heartbeat).values(name=name, beat_at=now)
    session.execute(written.on_conflict_do_update(index_elements=["name"], set_={"beat_at": now}))


def last_beat(session: Session, name: str) -> datetime | None:
    """When this process last said that it is alive; None if never."""
    return session.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == name))


def is_stale(last: datetime | None, now: datetime, after_seconds: float) -> bool:
    """Tell whether the last beat is too old to believe that the process still works."""
    return last is None or now - last > timedelta(seconds=after_seconds)
