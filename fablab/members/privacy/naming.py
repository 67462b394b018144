"""Reading how rows name people: which rows of a table are about somebody, and which only name them.

It knows no table by its name but `members`: what core.personal says at each column is all, so that it reaches tables
of features that it has never heard of.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import JSON, Column, ColumnElement, String, Table, UniqueConstraint, false, or_, select

from fablab.core.db import Model
from fablab.core.personal import FOR_GOOD, KEY, About, Did, Erased, FileOf, Naming, PartOf, Wiped
from fablab.members.models import Member

PEOPLE = Member.__tablename__


def naming_of(column: Column[object]) -> Naming | None:
    """What a column says of how its row names people; None for most."""
    found: Naming | None = column.info.get(KEY)
    return found


def columns(table: Table, kind: type[Naming]) -> list[Column[object]]:
    """The columns of a table that say this."""
    return [column for column in table.columns if isinstance(naming_of(column), kind)]


def removed_with(table: Table) -> list[Column[object]]:
    """The keys to a person with whom the row goes."""
    found = []
    for column in columns(table, About):
        naming = naming_of(column)
        if isinstance(naming, About) and naming.erased == Erased.REMOVED:
            found.append(column)
    return found


def is_for_good(table: Table) -> bool:
    """Tell whether the database refuses to change a table's rows."""
    return bool(table.info.get(FOR_GOOD))


@cache
def about_people() -> tuple[Table, ...]:
    """The tables that have rows about people, those first to which others point."""
    return tuple(table for table in Model.metadata.sorted_tables if columns(table, About) or columns(table, PartOf))


@cache
def naming_doers() -> tuple[tuple[Table, Column[object]], ...]:
    """The columns that name people as those who did something."""
    found = [(table, column) for table in Model.metadata.sorted_tables for column in columns(table, Did)]
    return tuple(found)


def whose(table: Table, member_ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition under which a row is about one of these people, itself or with the row that it is part of."""
    found: list[ColumnElement[bool]] = [column.in_(member_ids) for column in columns(table, About)]
    if table.name == PEOPLE:
        found.append(table.c.id.in_(member_ids))
    for column in columns(table, PartOf):
        (key,) = column.foreign_keys
        found.append(column.in_(select(key.column).where(whose(key.column.table, member_ids))))
    return or_(false(), *found)


def is_in_unique(column: Column[object]) -> bool:
    """Tell whether no two rows may say the same in this column and some others."""
    table = column.table
    together = [item.columns for item in table.constraints if isinstance(item, UniqueConstraint)]
    together += [item.columns for item in table.indexes if item.unique]
    return any(column.name in item for item in together)


def holds_words(column: Column[object]) -> bool:
    """Tell whether a column can hold what somebody wrote."""
    return isinstance(column.type, String | JSON)


def is_secret(column: Column[object]) -> bool:
    """Tell whether a column holds what is kept of a password or a link: of no use to its person, and none to show."""
    return column.name == "hash" or column.name.endswith("_hash")


def is_wiped(column: Column[object]) -> bool:
    """Tell whether a column is emptied at erasure."""
    return isinstance(naming_of(column), Wiped | FileOf)
