"""Everything that the lab holds about a person, table by table, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, String, Table, and_, func, not_, select
from sqlalchemy.orm import Session

from fablab.core.files import StoredFile
from fablab.core.personal import FileOf
from fablab.members import queries
from fablab.members.privacy.naming import PEOPLE, about_people, columns, is_secret, naming_doers, whose


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of one table that are about a person; names of places and things stand beside their numbers."""

    table: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Deeds:
    """The rows of one table that name a person as the one who did something, by their numbers."""

    table: str
    column: str
    ids: list[Any]


@dataclass(frozen=True, slots=True)
class Holdings:
    """All of it: of a person's record and of those that were merged into it."""

    member_ids: list[int]
    held: list[Held]
    deeds: list[Deeds]
    file_ids: list[int]
    """Files of theirs: a photo, a proof."""


def holdings(session: Session, member_id: int) -> Holdings:
    """Everything about a person. Reads each table once; a member of ten years has some thousands of rows."""
    ids = queries.identities(session, member_id)
    held = [Held(table.name, _rows(session, table, ids)) for table in about_people()]
    deeds = [Deeds(table.name, column.name, _done(session, table, column, ids)) for table, column in naming_doers()]
    found = [item for item in held if item.rows]
    return Holdings(ids, found, [item for item in deeds if item.ids], file_ids_of(session, ids))


def counts(session: Session, member_id: int) -> dict[str, int]:
    """How many rows of each table are about a person, without those that have none."""
    ids = queries.identities(session, member_id)
    found = {
        table.name: session.scalar(select(func.count()).select_from(table).where(whose(table, ids))) or 0
        for table in about_people()
    }
    return {name: count for name, count in found.items() if count}


def files_of(session: Session, file_ids: Sequence[int]) -> list[StoredFile]:
    """These files, in order."""
    return list(session.scalars(select(StoredFile).where(StoredFile.id.in_(file_ids)).order_by(StoredFile.id)))


def file_ids_of(session: Session, member_ids: Sequence[int]) -> list[int]:
    """The files that rows about these people name."""
    found: set[int] = set()
    for table in about_people():
        for column in columns(table, FileOf):
            rows = session.scalars(select(column).where(whose(table, member_ids), column.is_not(None)))
            found.update(int(str(value)) for value in rows)
    return sorted(found)


def _rows(session: Session, table: Table, ids: Sequence[int]) -> list[dict[str, Any]]:
    shown = [column for column in table.columns if not (is_secret(column) or isinstance(column.type, LargeBinary))]
    query = select(*shown).where(whose(table, ids)).order_by(*table.primary_key.columns)
    rows = [{name: _plain(value) for name, value in row._mapping.items()} for row in session.execute(query)]
    for column in [item for item in shown if item.foreign_keys]:
        names = _names(session, column, [row[column.name] for row in rows])
        for row in rows:
            if row[column.name] in names:
                row[column.name.removesuffix("_id")] = names[row[column.name]]
    return rows


def _names(session: Session, column: Column[Any], keys: Sequence[Any]) -> dict[Any, str]:
    """What the things are called to which a column points; nobody's name, since those are others'."""
    target = next((key.column.table for key in column.foreign_keys), None)
    named = target is not None and "name" in target.c and isinstance(target.c.name.type, String)
    if target is None or not named or target.name in (PEOPLE, StoredFile.__tablename__, "accounts"):
        return {}
    (key,) = target.primary_key.columns
    wanted = {value for value in keys if value is not None}
    return {row[0]: row[1] for row in session.execute(select(key, target.c.name).where(key.in_(wanted)))}


def _done(session: Session, table: Table, column: Column[Any], ids: Sequence[int]) -> list[Any]:
    keys = list(table.primary_key.columns)
    condition: ColumnElement[bool] = column.in_(ids)
    if table in about_people():
        condition = and_(condition, not_(func.coalesce(whose(table, ids), False)))
    rows = session.execute(select(*keys).where(condition).order_by(*keys))
    return [row[0] if len(keys) == 1 else list(row) for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
