"""What was issued is never changed: the database refuses, and the chain tells when somebody got round it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fablab import delivery
from fablab.billing.models import Charge, InvoiceLine
from fablab.billing.month import chained_hash
from fablab.billing.queries import broken_links
from fablab.core.db import Model, db, transaction
from tests.billing.months import MARCH, close, invoices, use
from tests.conftest import Lab
from tests.support.undone import undone

FOR_GOOD = ["charges", "documents", "invoice_charges", "invoice_lines", "invoices", "prices"]


@pytest.fixture
def three(lab: Lab) -> list[str]:
    """Three invoices in a row; their numbers."""
    for who, hours in ((lab.cast.maker, 0), (lab.cast.student, 2), (lab.cast.trainer, 4)):
        use(lab, who, MARCH + timedelta(hours=hours))
    (first, *_) = close(lab)
    delivery.pdf_of(first)
    return [invoice.number for invoice in invoices(lab)]


def test_the_database_refuses_to_delete_it(lab: Lab, three: list[str]) -> None:
    for table in FOR_GOOD:
        before = rows(lab, table)

        with pytest.raises(DBAPIError, match="never changed or deleted"), transaction() as session:
            session.execute(text(f"DELETE FROM {table}"))

        assert rows(lab, table) == before != []


def test_the_database_refuses_to_change_any_column_of_it(lab: Lab, three: list[str]) -> None:
    for table in FOR_GOOD:
        for column in Model.metadata.tables[table].columns:
            with pytest.raises(DBAPIError, match="never changed or deleted"), transaction() as session:
                session.execute(text(f"UPDATE {table} SET {column.name} = {column.name}"))


def test_a_program_that_forgets_itself_is_refused_too(lab: Lab, three: list[str]) -> None:
    with pytest.raises(DBAPIError), transaction() as session:
        session.query(Charge).first().quantity_seconds += 1
    with pytest.raises(DBAPIError), transaction() as session:
        session.delete(session.query(InvoiceLine).first())


def test_an_untouched_chain_is_whole(lab: Lab, three: list[str]) -> None:
    assert broken_links(lab.session, lab.cast.entity) == []
    assert len({invoice.hash for invoice in invoices(lab)}) == 3
    assert [invoice.previous_hash for invoice in invoices(lab)] == ["", *[row.hash for row in invoices(lab)[:2]]]


def test_one_altered_letter_of_the_content_shows(lab: Lab, three: list[str]) -> None:
    for place, invoice in enumerate(invoices(lab)):
        altered = json.dumps(invoice.content | {"locale": "de"})
        statement = f"UPDATE invoices SET content = '{altered}' WHERE id = {invoice.id}"

        assert broken_after(lab, statement) == [three[place]]


def test_an_altered_column_shows(lab: Lab, three: list[str]) -> None:
    (second, *_), column = invoices(lab)[1:], "id NOT IN (SELECT account_id FROM invoices)"
    changes = (
        "gross_cents = gross_cents + 5, net_cents = net_cents + 5",
        "month = '2026-02'",
        "currency = 'CHF'",
        "issued_on = '2026-04-01'",
        "number = 'F2026-00009'",
        f"account_id = (SELECT min(id) FROM accounts WHERE {column})",
        "previous_hash = ''",
        "hash = 'x'",
    )

    for change in changes:
        assert broken_after(lab, f"UPDATE invoices SET {change} WHERE id = {second.id}"), change
    assert broken_links(lab.session, lab.cast.entity) == []


def test_an_altered_line_shows(lab: Lab, three: list[str]) -> None:
    statement = f"UPDATE invoice_lines SET amount_cents = 1 WHERE invoice_id = {invoices(lab)[2].id}"

    assert broken_after(lab, statement) == [three[2]]


def test_a_missing_invoice_shows_even_if_it_is_the_last(lab: Lab, three: list[str]) -> None:
    for gone in [invoice.id for invoice in invoices(lab)]:
        assert broken_after(
            lab,
            f"DELETE FROM documents WHERE invoice_id = {gone}",
            f"DELETE FROM invoice_charges WHERE line_id IN (SELECT id FROM invoice_lines WHERE invoice_id = {gone})",
            f"DELETE FROM invoice_lines WHERE invoice_id = {gone}",
            f"DELETE FROM invoices WHERE id = {gone}",
        )


def test_a_forger_who_mends_one_hash_breaks_the_next(lab: Lab, three: list[str]) -> None:
    first = invoices(lab)[0]
    content = first.content | {"locale": "de"}
    mended = f"content = '{json.dumps(content)}', hash = '{chained_hash('', content)}'"

    assert broken_after(lab, f"UPDATE invoices SET {mended} WHERE id = {first.id}") == [three[1]]


def rows(lab: Lab, table: str) -> list[tuple[object, ...]]:
    lab.session.rollback()
    return [tuple(row) for row in lab.session.execute(Model.metadata.tables[table].select())]


def broken_after(lab: Lab, *statements: str) -> list[str]:
    """What the chain tells once somebody who owns the database has got round its guards; then all is as before."""
    with undone() as session:
        for table in FOR_GOOD:
            for name in guards_of(table):
                session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            session.execute(text(statement.replace(":", "\\:")))
        session.expire_all()
        return broken_links(session, lab.cast.entity)


def guards_of(table: str) -> list[str]:
    if db.engine.dialect.name == "postgresql":
        return [f"{table}_for_good ON {table}"]
    return [f"{table}_no_update", f"{table}_no_delete"]
