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

KEPT = {
    "account_members.*": "no words",
    "accounts.billing_email": "an organisation's",
    "accounts.purchase_order": "an organisation's",
    "accounts.service_code": "an organisation's",
    "accounts.siret": "an organisation's",
    "arrivals.label": "a group's, which is nobody",
    "arrivals.request_key": "a random word of a program's",
    "audit_entries.action": "a code",
    "audit_entries.details": "codes and figures",
    "audit_entries.subject": "a code",
    "charges.description": "the machine's name, in the accounts",
    "charges.month": "a month",
    "consents_given.text": "the lab's words, which were allowed",
    "documents.sha256": "a fingerprint",
    "holds.key": "a code",
    "invoice_lines.description": "the machine's name, in the accounts",
    "invoice_lines.unit": "a code",
    "invoices.*": "the law wants invoices as they were issued",
    "item_charges.*": "what was sold, in the accounts",
    "jobs.key": "the machine's own word for a run",
    "jobs.outcome": "a code",
    "members.locale": "one of two languages",
    "members.state": "a code",
    "membership_people.*": "no words",
    "memberships.request_key": "a random word of a program's",
    "memberships.told": "a code",
    "merge_records.counts": "figures",
    "problem_entries.text": "what staff did to a machine",
    "problems.waiting_for": "a part that a machine lacks",
    "projects.purchase_order": "an organisation's",
    "reservations.request_key": "a random word of a program's",
    "strikes.subject": "a code",
    "usage_sessions.outcome": "a code",
    "usage_sessions.review": "a code",
}
"""Words that stay when their person is erased, and why."""


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

    assert [name for name in said if name not in KEPT and f"{name.partition('.')[0]}.*" not in KEPT] == []
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
