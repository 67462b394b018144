"""Terminals: screens at doors, each opened with a link that can be revoked."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members.queries import hash_of
from fablab.presence.models import Terminal
from fablab.sites import queries as sites

LONGEST_NAME = 80
_NOTED_EVERY = timedelta(minutes=5)


def add_terminal(session: Session, actor: Actor, site_id: int, name: str, now: datetime) -> tuple[Terminal, str]:
    """Make a terminal of a site, and the key of its link, which is told this once and kept as a hash only.

    Raises:
        Forbidden: not a fabmanager of the site.
        NotFound: there is no such site.
        Refused: it has no name.
    """
    sites.site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    wanted = line_of(name)[:LONGEST_NAME]
    if not wanted:
        raise Refused.because("name_missing", _("Say where the terminal stands."))
    key = secrets.token_urlsafe(24)
    row = Terminal(site_id=site_id, name=wanted, hash=hash_of(key), created_at=now, created_by_id=actor.member_id)
    session.add(row)
    session.flush()
    _note(session, actor, "terminal.added", row, now)
    return row, key


def revoke_terminal(session: Session, actor: Actor, terminal_id: int, now: datetime) -> None:
    """Let a terminal's link open nothing any more; twice equals once.

    Raises:
        NotFound: there is no such terminal, or they are not a fabmanager of its site.
    """
    row = session.get(Terminal, terminal_id)
    if row is None or not actor.may_at_site(Role.FABMANAGER, row.site_id):
        raise NotFound(f"terminal {terminal_id}")
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        _note(session, actor, "terminal.revoked", row, now)


def terminals_of(session: Session, site_id: int) -> list[Terminal]:
    """The terminals of a site that open, in the order they were made."""
    query = select(Terminal).where(Terminal.site_id == site_id, Terminal.revoked_at.is_(None))
    return list(session.scalars(query.order_by(Terminal.id)))


def terminal(session: Session, key: str) -> Terminal:
    """The terminal that this key opens; NotFound if it opens none, or none any more."""
    query = select(Terminal).options(joinedload(Terminal.site))
    found = session.scalar(query.where(Terminal.hash == hash_of(key), Terminal.revoked_at.is_(None)))
    if found is None:
        raise NotFound("terminal")
    return found


def is_unnoted(row: Terminal, now: datetime) -> bool:
    """Tell whether it is worth writing down that a terminal is there."""
    return row.last_seen_at is None or now - row.last_seen_at > _NOTED_EVERY


def note_seen(session: Session, terminal_id: int, now: datetime) -> None:
    """Remember when a terminal was last there, to some minutes."""
    row = session.get(Terminal, terminal_id)
    if row is not None and is_unnoted(row, now):
        row.last_seen_at = now
        session.flush()


def _note(session: Session, actor: Actor, action: str, row: Terminal, now: datetime) -> None:
    audit.note(session, actor.member_id, action, now, site_id=row.site_id, subject=f"terminal:{row.id}")
