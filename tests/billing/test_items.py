"""What is sold by the piece stands on the month's invoice, exactly once, to the cent."""

import threading
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from fablab.billing import documents, items, queries
from fablab.billing.models import InvoiceCharge, InvoiceItem, ItemCharge
from fablab.billing.reckoning import Item, Rate, Unit, bill_of
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.sites.models import VatRegime
from tests.billing.months import APRIL_2, MARCH, close, drafted, invoices, use
from tests.conftest import Lab
from tests.members.lab_of_memberships import add_kind, make_ward, renew, sell
from tests.support.threads import at_once


def waive(lab: Lab, membership_id: int, who: int | None = None, reason: str = "Geste commercial") -> None:
    with transaction() as session:
        items.waive_membership(session, lab.actor(who or lab.cast.admin), membership_id, reason, MARCH)


def test_a_membership_is_one_line_beside_the_use_of_the_month(lab: Lab) -> None:
    use(lab, lab.cast.maker, MARCH, 5400)
    membership = sell(lab, add_kind(lab), now=MARCH)

    assert drafted(lab) == [(lab.cast.maker, 4450)]
    close(lab)
    assert close(lab) == []

    (invoice,) = invoices(lab)
    assert [(line.description, line.unit, line.quantity_seconds, line.amount_cents) for line in invoice.lines] == [
        ("Adhésion (03/03/2026 – 02/03/2027)", "piece", 1, 4000),
        ("Prusa n°1", "second", 5400, 450),
    ]
    assert (invoice.gross_cents, invoice.vat_cents, invoice.net_cents) == (4450, 742, 3708)
    assert "unit" not in invoice.content["lines"][1]  # As it was before there were pieces: old hashes hold.
    assert queries.broken_links(lab.session, lab.cast.entity) == []
    assert lab.session.query(InvoiceItem).count() == lab.session.query(InvoiceCharge).count() == 1
    assert items.due_for_memberships(lab.session, [membership])[membership].invoiced
    pdf = PdfReader(BytesIO(documents.render(invoice.content))).pages[0].extract_text()
    for words in ("Adhésion", "€40.00", "1 h 30 min 00 s", "€44.50"):
        assert words in pdf


def test_renewals_are_charged_in_the_month_in_which_they_are_sold_and_two_clicks_once(lab: Lab) -> None:
    first = sell(lab, add_kind(lab), now=MARCH)
    ready = threading.Barrier(3)

    def renewing() -> int:
        ready.wait()
        return renew(lab, first, now=APRIL_2)

    at_once(lab.app, [renewing] * 3)

    assert drafted(lab, "2026-03") == drafted(lab, "2026-04") == [(lab.cast.maker, 4000)]
    assert queries.months_with_charges(lab.session, lab.cast.entity) == ["2026-04", "2026-03"]


def test_what_is_free_makes_no_charge_and_no_invoice(lab: Lab) -> None:
    sell(lab, add_kind(lab, 0), now=MARCH)

    assert lab.session.query(ItemCharge).count() == 0
    assert close(lab) == []


def test_the_guardian_who_pays_gets_the_line_of_their_ward(lab: Lab) -> None:
    make_ward(lab, lab.cast.newcomer, lab.cast.maker)
    kind = add_kind(lab)
    for who in (lab.cast.maker, lab.cast.newcomer):
        sell(lab, kind, holder_id=who, now=MARCH)

    close(lab)

    (invoice,) = invoices(lab)
    assert [(line.quantity_seconds, line.amount_cents) for line in invoice.lines] == [(2, 8000)]
    assert lab.session.query(InvoiceItem).count() == 2


def test_what_is_out_of_vat_has_an_invoice_of_its_own(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    sell(lab, add_kind(lab, taxed=False), now=MARCH)

    assert drafted(lab) == [(lab.cast.maker, 300), (lab.cast.maker, 4000)]
    close(lab)

    assert [(row.gross_cents, row.vat_cents) for row in invoices(lab)] == [(300, 50), (4000, 0)]
    pdf = PdfReader(BytesIO(documents.render(invoices(lab)[1].content))).pages[0].extract_text()
    assert "Quantity" in pdf
    assert "Use of" not in pdf


def test_nothing_is_sold_where_nobody_knows_the_vat(lab: Lab) -> None:
    kind = add_kind(lab)
    with transaction() as session:
        session.query(VatRegime).update({"valid_from": date(2030, 1, 1)})

    with pytest.raises(Refused) as caught:
        sell(lab, kind, now=MARCH)

    assert caught.value.codes == ("vat_missing",)


def test_what_is_waived_before_the_invoice_is_never_on_one(lab: Lab) -> None:
    kind = add_kind(lab)
    first = sell(lab, kind, now=MARCH)
    for who, error in ((lab.cast.maker, Forbidden), (lab.cast.student, NotFound)):
        with pytest.raises(error):
            waive(lab, first, who)
    with pytest.raises(Refused):
        waive(lab, first, reason=" ")

    waive(lab, first, lab.cast.fabmanager)
    waive(lab, first, lab.cast.fabmanager)

    assert drafted(lab) == []
    rows = lab.session.execute(select(func.count(), func.sum(ItemCharge.quantity)).select_from(ItemCharge)).one()
    assert tuple(rows) == (2, 0)
    assert items.due_for_memberships(lab.session, [first]) == {}
    second = sell(lab, kind, holder_id=lab.cast.student, now=MARCH)
    close(lab)
    with pytest.raises(Refused) as caught:
        waive(lab, second)
    assert caught.value.codes == ("invoiced",)


def test_a_waiver_and_an_issue_at_once_never_both_happen(lab: Lab) -> None:
    membership = sell(lab, add_kind(lab), now=MARCH)
    ready = threading.Barrier(2)

    def waiving() -> str:
        ready.wait()
        waive(lab, membership)
        return "waived"

    def issuing() -> str:
        ready.wait()
        return "issued" if close(lab) else "nothing"

    found = at_once(lab.app, [waiving, issuing])

    assert ("waived" in found) != ("issued" in found)
    lab.session.rollback()
    on_invoices = lab.session.query(InvoiceItem).count()
    assert on_invoices == found.count("issued")


def test_the_database_refuses_to_change_or_delete_what_was_sold(lab: Lab) -> None:
    sell(lab, add_kind(lab), now=MARCH)
    close(lab)

    for table in ("item_charges", "invoice_items"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {columns(table)} = {columns(table)}"):
            with pytest.raises(DBAPIError, match="never changed or deleted"), transaction() as session:
                session.execute(text(statement))


@given(
    st.lists(st.integers(1, 9), max_size=8),
    st.lists(st.integers(1, 100_000), max_size=8),
    st.integers(0, 100_000),
    st.booleans(),
)
def test_pieces_and_seconds_never_mix_and_pieces_are_exact(
    pieces: list[int], seconds: list[int], cents: int, gross: bool
) -> None:
    of_piece = Rate("x", cents, 1, gross, 2000, Unit.PIECE)
    of_second = Rate("x", cents, 1, gross, 2000)
    # The same ids on both sides: they are of two tables.
    sold = [Item(number, of_piece, count) for number, count in enumerate(pieces)]
    used = [Item(number, of_second, count) for number, count in enumerate(seconds)]

    bill = bill_of([*sold, *used])

    lines = {line.rate.unit: line for line in bill.lines}
    assert set(lines) == ({Unit.PIECE} if pieces else set()) | ({Unit.SECOND} if seconds else set())
    if pieces:
        assert lines[Unit.PIECE].amount_cents == sum(pieces) * cents
        assert len(lines[Unit.PIECE].charge_ids) == len(pieces)
    assert bill.net_cents + bill.vat_cents == bill.gross_cents


def columns(table: str) -> str:
    return "item_charge_id" if table == "invoice_items" else "quantity"
