"""What the lab says to everybody in its own words, and whom to write to about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.text import lines_of
from fablab.core.versions import check_version
from fablab.sites import queries
from fablab.sites.models import Site, Statement, StatementKind

LONGEST = 20_000


def statement(session: Session, kind: StatementKind) -> Statement | None:
    """What the lab says; None while it has said nothing."""
    return session.get(Statement, kind.value)


def say(session: Session, actor: Actor, kind: StatementKind, text: str, version: int, now: datetime) -> Statement:
    """Say it in other words; 0 is the version of what nobody has written yet. An empty text takes it away.

    Raises:
        Forbidden: not an administrator of the network.
        Conflict: somebody else changed it meanwhile.
    """
    actor.needs_everywhere(Role.ADMIN)
    query = select(Statement).where(Statement.kind == kind.value).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    check_version(row.version if row else 0, version)
    if row is None:
        row = Statement(kind=kind.value, version=0)
        session.add(row)
    row.text, row.changed_at, row.changed_by_id = lines_of(text)[:LONGEST], now, actor.member_id
    row.version += 1
    session.flush()
    audit.note(session, actor.member_id, "statement.changed", now, subject=f"statement:{kind.value}")
    return row


def contacts(session: Session) -> list[Site]:
    """The sites that say how to reach them."""
    return [row for row in queries.sites(session) if row.email or row.phone]
