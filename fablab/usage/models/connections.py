"""How a resource's machine is reached, and what it said last."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.catalog.models import Resource
from fablab.core.db import Instant, Json, Model, OptionalInstant


class Condition(StrEnum):
    """What is known of a machine now: what it says it does, or why it says nothing."""

    NEVER = "never"
    """Nobody has asked it yet."""
    IDLE = "idle"
    STARTING = "starting"
    WORKING = "working"
    PAUSED = "paused"
    ENDING = "ending"
    OFF = "off"
    FAULT = "fault"
    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"
    UNINTELLIGIBLE = "unintelligible"

    @property
    def is_running(self) -> bool:
        return self in (Condition.STARTING, Condition.WORKING, Condition.PAUSED, Condition.ENDING)

    @property
    def is_silent(self) -> bool:
        """The machine cannot be read; what it does is unknown."""
        return self in (Condition.UNREACHABLE, Condition.NOT_ALLOWED, Condition.UNINTELLIGIBLE)


class Connection(Model):
    """How to reach a resource's machine. The key is sealed for this resource (see `core.vault`)."""

    __tablename__ = "connections"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"), unique=True)
    kind: Mapped[str]
    url: Mapped[str]
    sealed_key: Mapped[str]
    created_at: Mapped[Instant]
    resource: Mapped[Resource] = relationship()
    live: Mapped["LiveState"] = relationship(back_populates="connection", cascade="all, delete-orphan")


class LiveState(Model):
    """The last reading of a machine, and what its tracker remembers. One row a connection, rewritten at each change."""

    __tablename__ = "live_states"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    """Counts writes; a reading made from an older state than this is thrown away."""
    tracker: Mapped[Json]
    condition: Mapped[str] = mapped_column(default=Condition.NEVER)
    text: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[OptionalInstant]
    answered_at: Mapped[OptionalInstant]
    file_name: Mapped[str | None]
    progress: Mapped[float | None]
    printed_seconds: Mapped[int | None]
    remaining_seconds: Mapped[int | None]
    connection: Mapped[Connection] = relationship(back_populates="live")
