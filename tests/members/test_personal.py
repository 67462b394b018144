"""Every table says at its columns how it names people: whoever adds one and forgets is told here."""

import re

from sqlalchemy import CheckConstraint, Column, Table, text

from fablab.core.db import Model
from fablab.core.personal import About, Apart, Did, FileOf, PartOf, Wiped
from fablab.members.privacy.naming import (
    PEOPLE,
    about_people,
    columns,
    holds_words,
    is_for_good,
    is_in_unique,
    is_secret,
    is_wiped,
    naming_of,
    removed_with,
)
from tests.conftest import Lab
from tests.members.kept import KEPT, is_kept


def test_every_key_to_a_person_says_whether_its_row_is_about_them() -> None:
    silent = [
        str(column)
        for column in keys()
        if target(column).name == PEOPLE and not isinstance(naming_of(column), About | Did)
    ]

    assert silent == []


def test_every_row_that_hangs_on_one_about_a_person_says_whether_it_is_theirs() -> None:
    forgotten = [
        str(column)
        for column in keys()
        if target(column) in about_people()
        and target(column).name != PEOPLE
        and not columns(column.table, About)
        and not columns(column.table, PartOf)
        and not isinstance(naming_of(column), Apart)
    ]

    assert forgotten == []


def test_every_file_of_a_row_about_a_person_is_theirs() -> None:
    files = [column for column in keys() if target(column).name == "stored_files" and column.table in about_people()]

    assert files
    assert [str(column) for column in files if not isinstance(naming_of(column), FileOf)] == []
    assert [str(column) for column in files if not column.nullable and not removed_with(column.table)] == []


def test_what_is_said_of_a_person_is_emptied_or_kept_for_a_reason() -> None:
    said = [
        str(column)
        for table in about_people()
        for column in table.columns
        if holds_words(column) and stays(table) and not (is_wiped(column) or is_secret(column) or is_code(column))
    ]

    assert [name for name in said if not is_kept(name)] == []
    there = {str(column) for table in about_people() for column in table.columns}
    assert [name for name in KEPT if name in there and name not in said] == [], "these need no reason"


def test_what_is_emptied_can_be_empty() -> None:
    emptied = [column for table in about_people() for column in columns(table, Wiped)]

    stuck = [column for column in emptied if not column.nullable and not holds_words(column)]
    clashing = [
        column
        for column in emptied
        if is_in_unique(column) and not column.nullable and not naming_of(column).named  # type: ignore[union-attr]
    ]
    assert [str(column) for column in [*stuck, *clashing]] == []


def test_rows_that_go_leave_nothing_behind_that_points_to_them() -> None:
    gone = {table for table in about_people() if removed_with(table)}
    hanging = [
        str(column)
        for column in keys()
        if target(column) in gone and target(column).name != PEOPLE and column.table not in gone
    ]

    assert hanging == []
    assert [table.name for table in gone if is_for_good(table)] == []


def test_no_table_is_part_of_itself() -> None:
    assert [str(column) for column in keys() if target(column) is column.table and is_part(column)] == []


def test_the_tables_that_the_database_keeps_for_good_say_so(lab: Lab) -> None:
    if lab.session.get_bind().dialect.name == "postgresql":
        query = "SELECT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        query += " WHERE proname = 'fablab_written_for_good'"
    else:
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE UPDATE ON%'"
        query += " AND sql LIKE '%never changed%'"
    guarded = set(lab.session.scalars(text(query)))

    assert guarded == {table.name for table in Model.metadata.sorted_tables if is_for_good(table)}


def keys() -> list[Column[object]]:
    return [column for table in Model.metadata.sorted_tables for column in table.columns if column.foreign_keys]


def target(column: Column[object]) -> Table:
    (key,) = column.foreign_keys
    return key.column.table


def is_part(column: Column[object]) -> bool:
    return isinstance(naming_of(column), PartOf)


def stays(table: Table) -> bool:
    """Some row of it stays when the person that it is about is erased."""
    return len(removed_with(table)) < len(columns(table, About)) or bool(columns(table, PartOf)) or table.name == PEOPLE


def is_code(column: Column[object]) -> bool:
    """A column of which the database takes certain words only."""
    checks = [item for item in column.table.constraints if isinstance(item, CheckConstraint)]
    return any(re.search(rf"\b{column.name} IN \(", str(item.sqltext)) for item in checks)
