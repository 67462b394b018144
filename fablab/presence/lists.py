"""The network's own lists: why people come, and which kinds of public are counted."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.ordering import shift
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.presence.models import ArrivalReason, PublicKind
from fablab.presence.wording import public_name, reason_name

LONGEST_NAME = 80
Entry = TypeVar("Entry", bound=ArrivalReason | PublicKind)


def reasons(session: Session, *, closed: bool = False) -> list[ArrivalReason]:
    """Why people come, in the lab's order; with `closed`, those too that are no longer offered, at the end."""
    return _entries(session, ArrivalReason, closed=closed)


def publics(session: Session, *, closed: bool = False) -> list[PublicKind]:
    """The kinds of public, in the lab's order; with `closed`, those too that are no longer offered, at the end."""
    return _entries(session, PublicKind, closed=closed)


def entry(session: Session, table: type[Entry], entry_id: int) -> Entry:
    """The entry of a list with this id; NotFound if there is none."""
    found = session.get(table, entry_id)
    if found is None:
        raise NotFound(f"{table.__tablename__} {entry_id}")
    return found


def add_entry(session: Session, actor: Actor, table: type[Entry], name: str) -> Entry:
    """Add an entry at the end of a list.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: it has no name, or that of another.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = table(name=_checked(session, table, name, None), position=_last(session, table) + 1)
    session.add(row)
    session.flush()
    return row


def edit_entry(
    session: Session,
    actor: Actor,
    table: type[Entry],
    entry_id: int,
    version: int,
    now: datetime,
    *,
    name: str | None = None,
    closed: bool | None = None,
) -> Entry:
    """Call an entry something else, offer it no more, or again; what is None stays.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such entry.
        Refused: it would have no name or that of another, or nothing would be left to choose from.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    rows = _locked(session, table)
    row = _one_of(rows, table, entry_id)
    check_version(row.version, version)
    if name is not None and line_of(name) != name_of(row):
        row.name = _checked(session, table, name, row.id)
    if closed and not any(one.closed_at is None for one in rows if one is not row):
        raise Refused.because("last_entry", _("One must stay to choose from. Add another one first."))
    if closed is not None:
        row.closed_at = (row.closed_at or now) if closed else None
    row.version += 1
    session.flush()
    return row


def move_entry(session: Session, actor: Actor, table: type[Entry], entry_id: int, *, up: bool) -> None:
    """Let an entry that is offered change places with its neighbour; the first one stays first, the last one last.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such entry.
    """
    actor.needs_everywhere(Role.ADMIN)
    rows = [row for row in _locked(session, table) if row.closed_at is None]
    shift(rows, _one_of(rows, table, entry_id), -1 if up else 1)
    session.flush()


def name_of(row: ArrivalReason | PublicKind) -> str:
    """What an entry of either list is called."""
    return reason_name(row) if isinstance(row, ArrivalReason) else public_name(row)


def _entries(session: Session, table: type[Entry], *, closed: bool) -> list[Entry]:
    query = select(table).order_by(table.closed_at.is_not(None), table.position, table.id)
    return list(session.scalars(query if closed else query.where(table.closed_at.is_(None))))


def _one_of(rows: Sequence[Entry], table: type[Entry], entry_id: int) -> Entry:
    row = next((one for one in rows if one.id == entry_id), None)
    if row is None:
        raise NotFound(f"{table.__tablename__} {entry_id}")
    return row


def _locked(session: Session, table: type[Entry]) -> Sequence[Entry]:
    """All entries in order, each locked until the transaction ends; two who change a list do so one after the other."""
    query = select(table).order_by(table.id).with_for_update().execution_options(populate_existing=True)
    return sorted(session.scalars(query), key=lambda row: (row.position, row.id))


def _last(session: Session, table: type[Entry]) -> int:
    return session.scalar(select(func.coalesce(func.max(table.position), 0))) or 0


def _checked(session: Session, table: type[Entry], name: str, own_id: int | None) -> str:
    wanted = line_of(name)[:LONGEST_NAME]
    if not wanted:
        raise Refused.because("name_missing", _("Give it a name."))
    others = [row for row in _entries(session, table, closed=True) if row.id != own_id]
    if wanted.lower() in {name_of(row).lower() for row in others}:
        raise Refused.because("name_taken", _("Another one of the list is called so already."))
    return wanted
