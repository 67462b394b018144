"""The part of an erasure that every table takes: rows that go, words that are emptied, files that are deleted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, cast, delete, literal, null, update
from sqlalchemy.orm import Session

from fablab.core.db import rows_changed
from fablab.core.files import StoredFile
from fablab.core.personal import FileOf, Wiped
from fablab.members.privacy.holdings import file_ids_of
from fablab.members.privacy.naming import about_people, columns, is_in_unique, naming_of, removed_with, whose


def wipe(session: Session, member_ids: Sequence[int], name: str) -> dict[str, int]:
    """Remove what goes with these people and empty what is said of them; how many rows of each table went.

    `name` stands where something must be named. What was loaded before is stale afterwards, and is let go.
    """
    session.flush()
    files = file_ids_of(session, member_ids)
    for table in about_people():
        values = {column.name: emptied(column, name) for column in columns(table, Wiped)}
        values |= {column.name: null() for column in columns(table, FileOf) if column.nullable}
        if values:
            session.execute(update(table).where(whose(table, member_ids)).values(values))
    removed = _remove(session, member_ids)
    session.expire_all()
    if files:
        session.execute(delete(StoredFile).where(StoredFile.id.in_(files)))
    session.expire_all()
    return removed


def emptied(column: Column[Any], name: str) -> ColumnElement[Any] | str | dict[str, str]:
    """What takes the place of somebody's words in a column."""
    naming = naming_of(column)
    if isinstance(naming, Wiped) and naming.named:
        if not is_in_unique(column):
            return name
        (key,) = column.table.primary_key.columns
        return literal(f"{name} · ").concat(cast(key, String))
    if column.nullable:
        return null()
    return {} if isinstance(column.type, JSON) else ""


def _remove(session: Session, member_ids: Sequence[int]) -> dict[str, int]:
    """Delete the rows that go, those that point to others first."""
    removed: dict[str, int] = {}
    for table in reversed(about_people()):
        for column in removed_with(table):
            count = rows_changed(session.execute(delete(table).where(column.in_(member_ids))))
            if count:
                removed[table.name] = removed.get(table.name, 0) + count
    return removed
