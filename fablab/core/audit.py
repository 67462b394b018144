"""Who did what to whom: a log to which rows are added, never changed.

It names people by their ids only, so that it needs no change when somebody is erased. The database refuses updates,
and deletions of what is younger than a year (migration 0005).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from fablab.core.db import Instant, Json, Model
from fablab.core.personal import about, did, for_good


class AuditEntry(Model):
    """Somebody did something, perhaps to somebody."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(None, "actor_id", "id"),
        Index(None, "action", "id"),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """NULL is the lab itself: the worker, a command, a rule."""
    action: Mapped[str]
    """What was done, as `thing.done`: `role.given`, `hold.placed`."""
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about())
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    subject: Mapped[str]
    """What it was done to besides, as `thing:id`; empty for none."""
    details: Mapped[Json]
    """Codes, ids and figures; never a name or a text about a person."""


def note(
    session: Session,
    actor_id: int | None,
    action: str,
    now: datetime,
    *,
    member_id: int | None = None,
    site_id: int | None = None,
    subject: str = "",
    details: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """Write down what was done, in the transaction that does it."""
    entry = AuditEntry(
        at=now,
        actor_id=actor_id,
        action=action,
        member_id=member_id,
        site_id=site_id,
        subject=subject,
        details=dict(details or {}),
    )
    session.add(entry)
    session.flush()


def note_all(
    session: Session,
    actor_id: int,
    action: str,
    now: datetime,
    whom: Iterable[tuple[int, int | None, str]],
    details: Mapping[str, str | int | bool | None],
) -> None:
    """Write down the same of many people, each with a site and a subject, in as few statements as may be."""
    session.add_all(
        AuditEntry(
            at=now,
            actor_id=actor_id,
            action=action,
            member_id=member_id,
            site_id=site_id,
            subject=subject,
            details=dict(details),
        )
        for member_id, site_id, subject in whom
    )
    session.flush()
