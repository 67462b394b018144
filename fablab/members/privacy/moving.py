"""The part of a merge that every table takes: what names one record names the other from then on."""

from typing import Any

from sqlalchemy import Column, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from fablab.core.db import AlreadyThere, Model, rows_changed
from fablab.core.files import StoredFile
from fablab.core.personal import About, Did, Doubled, FileOf
from fablab.members.privacy.naming import about_people, columns, is_for_good, naming_of


def move(session: Session, merged_id: int, survivor_id: int) -> dict[str, int]:
    """Let every row that names one record name the other; how many rows of each table went over.

    Rows that the database keeps for good stay, as do those that would break a rule of the database: the survivor has
    the same already, or would be their own guardian. What is marked so is removed instead, being a double itself.
    """
    session.flush()
    moved: dict[str, int] = {}
    for table in Model.metadata.sorted_tables:
        if is_for_good(table):
            continue
        for column in [*columns(table, About), *columns(table, Did)]:
            count = _move(session, table, column, merged_id, survivor_id)
            if count:
                moved[table.name] = moved.get(table.name, 0) + count
    session.expire_all()
    return moved


def would_move(session: Session, merged_id: int) -> dict[str, int]:
    """How many rows of each table are about a record itself; those that stay for good are counted too."""
    found = {}
    for table in about_people():
        naming = columns(table, About)
        if naming:
            query = select(func.count()).select_from(table).where(or_(*(column == merged_id for column in naming)))
            found[table.name] = session.scalar(query) or 0
    return {name: count for name, count in found.items() if count}


def _move(session: Session, table: Table, column: Column[Any], merged_id: int, survivor_id: int) -> int:
    """Move all at once; only where that breaks a rule, row by row."""
    theirs = column == merged_id
    try:
        with session.begin_nested():
            return rows_changed(session.execute(update(table).where(theirs).values({column.name: survivor_id})))
    except AlreadyThere:
        pass
    keys = list(table.primary_key.columns)
    rows = session.execute(select(*keys).where(theirs).order_by(*keys)).all()
    return sum(_move_one(session, table, column, tuple(row), survivor_id) for row in rows)


def _move_one(session: Session, table: Table, column: Column[Any], row: tuple[Any, ...], survivor_id: int) -> bool:
    this = [key == value for key, value in zip(table.primary_key.columns, row, strict=True)]
    try:
        with session.begin_nested():
            session.execute(update(table).where(*this).values({column.name: survivor_id}))
    except AlreadyThere:
        naming = naming_of(column)
        if isinstance(naming, About) and naming.doubled == Doubled.REMOVED:
            _remove(session, table, this)
        return False
    return True


def _remove(session: Session, table: Table, this: list[Any]) -> None:
    """Delete a double with its files, unless something points to it: then it stays."""
    files = [session.scalar(select(column).where(*this)) for column in columns(table, FileOf)]
    try:
        with session.begin_nested():
            session.execute(delete(table).where(*this))
            session.execute(delete(StoredFile).where(StoredFile.id.in_([key for key in files if key is not None])))
    except AlreadyThere:
        pass
