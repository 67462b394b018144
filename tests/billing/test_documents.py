"""An invoice's PDF: it says what the invoice says, looks the same for ever, and no name breaks it."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import text

from fablab import delivery
from fablab.billing import documents
from fablab.billing.documents import Tampered
from fablab.billing.models import Document, Invoice
from fablab.core.db import db, transaction
from fablab.members import queries as members
from fablab.sites.models import LegalEntity, VatRegime
from tests.billing.months import APRIL_2, close, use
from tests.conftest import Lab

HOSTILE = [
    '#panic(1) *bold* _it_ $x^2$ `code` @ref <label> \\ [a] {b} //c /*d*/ "quoted" = title',
    '#sys.inputs #read("/etc/passwd") #import "x": *',
    "李明 王芳",
    "🚀🧑‍🚀 Rocket",
    "علي بن محمد",
    "דוד",
    "x" * 200,
    "Zoé " * 50,
    "a\u0301\u0302\u0303 \u200b\u202e\ufeff\u00ad",
    "tab\there bell\x07 escape\x1b delete\x7f null\x00 next\u0085line",
    "'; DROP TABLE invoices; -- %(x)s {{ 7*7 }} {% raw %}",
    " ",
    "",
]


def words_of(pdf: bytes) -> str:
    """The text of a PDF, all its white space as single spaces."""
    return " ".join("".join(page.extract_text() + "\n" for page in PdfReader(BytesIO(pdf)).pages).split())


@pytest.fixture
def invoice(lab: Lab) -> Invoice:
    """Ninety minutes of Maker's, who reads English."""
    use(lab, lab.cast.maker, seconds=5400)
    (made,) = close(lab)
    return lab.session.get_one(Invoice, made)


def test_it_says_number_parties_lines_and_totals(invoice: Invoice) -> None:
    found = words_of(documents.render(invoice.content))

    for words in (
        "F2026-00001",
        "2 April 2026",
        "March 2026",
        "Association de test",
        "42000 Saint-Étienne",
        "SIREN 732829320",
        "Maker",
        "Prusa n°1",
        "1 h 30",
        "€3.00 / h",
        "20 %",
        "€4.50",
        "€3.75",
        "€0.75",
    ):
        assert words in found


def test_it_speaks_the_language_of_its_reader(invoice: Invoice) -> None:
    found = words_of(documents.render(invoice.content | {"locale": "fr"}))

    assert "2 avril 2026" in found
    assert "mars 2026" in found
    assert "4,50 €" in found


def test_the_same_invoice_gives_the_same_bytes(invoice: Invoice) -> None:
    assert documents.render(invoice.content) == documents.render(dict(reversed(invoice.content.items())))


def test_it_is_rendered_once_and_kept(lab: Lab, invoice: Invoice) -> None:
    first = delivery.pdf_of(invoice.id)
    with transaction() as session:
        session.query(LegalEntity).update({"name": "Another name"})

    assert delivery.pdf_of(invoice.id) == first
    with transaction() as session:
        assert documents.keep_pdf(session, invoice.id, b"another", APRIL_2) == first
    assert lab.session.query(Document).count() == 1


def test_a_kept_document_whose_bytes_were_altered_is_not_handed_out(lab: Lab, invoice: Invoice) -> None:
    delivery.pdf_of(invoice.id)
    guard = "documents_for_good ON documents" if db.engine.dialect.name == "postgresql" else "documents_no_update"
    with transaction() as session:
        session.execute(text(f"DROP TRIGGER {guard}"))
        session.query(Document).update({"pdf": b"%PDF-1.7 forged"})

    with pytest.raises(Tampered):
        delivery.pdf_of(invoice.id)


def test_mentions_and_notes_of_the_seller_stand_at_its_foot(lab: Lab) -> None:
    with transaction() as session:
        session.query(LegalEntity).update({"invoice_note": "Payable à 30 jours.", "vat_number": "FR32732829320"})
        session.add(
            VatRegime(
                legal_entity_id=lab.cast.entity,
                valid_from=date(2026, 1, 1),
                rate_bp=0,
                mention="TVA non applicable, art. 293 B du CGI",
            )
        )
    use(lab, lab.cast.maker)
    (made,) = close(lab)

    found = words_of(documents.render(lab.session.get_one(Invoice, made).content))

    for words in ("Payable à 30 jours.", "TVA non applicable, art. 293 B du CGI", "FR32732829320", "0 %"):
        assert words in found


def test_a_long_bill_goes_on_over_several_pages(invoice: Invoice) -> None:
    lines = invoice.content["lines"] * 120

    pdf = documents.render(invoice.content | {"lines": lines})

    assert len(PdfReader(BytesIO(pdf)).pages) > 2
    assert words_of(pdf).count("Prusa n°1") == 120
    assert "F2026-00001" in PdfReader(BytesIO(pdf)).pages[-1].extract_text()


def test_no_name_breaks_it_or_is_taken_for_a_command(invoice: Invoice) -> None:
    found = {name: words_of(documents.render(named(invoice.content, name))) for name in HOSTILE}

    assert [name for name, words in found.items() if "F2026-00001" not in words or "€4.50" not in words] == []


def test_signs_of_the_typesetter_are_set_as_they_are(invoice: Invoice) -> None:
    found = words_of(documents.render(named(invoice.content, "A #1 *b* $c$ _d_ @e <f> [g]")))

    assert found.count("A #1 *b* $c$ _d_ @e <f> [g]") >= 3


def test_a_word_without_end_is_broken_before_it_runs_over_the_figures(invoice: Invoice) -> None:
    pages = PdfReader(BytesIO(documents.render(named(invoice.content, "x" * 200)))).pages

    found = "\n".join(page.extract_text() for page in pages)
    assert 20 <= max(len(run) for run in re.findall("x+", found)) <= 120
    assert "€4.50" in found


def test_no_text_whatever_breaks_it(invoice: Invoice) -> None:
    @settings(max_examples=15)
    @given(st.text(max_size=60))
    def try_out(name: str) -> None:
        assert documents.render(named(invoice.content, name)).startswith(b"%PDF")

    try_out()


def test_a_member_with_a_hostile_name_gets_an_invoice_like_any_other(lab: Lab) -> None:
    with transaction() as session:
        account = members.personal_account(session, lab.cast.maker)
        account.name = "李 🚀 #panic() *$_\nعلي"
        account.billing_address = "1 rue `#`\n\n42000 $Ville$"
    use(lab, lab.cast.maker)
    (made,) = close(lab)

    assert "F2026-00001" in words_of(delivery.pdf_of(made))


def named(content: dict[str, Any], name: str) -> dict[str, Any]:
    """The same invoice, with that name wherever somebody can write one."""
    return content | {
        "seller": content["seller"] | {"name": name, "address": name, "note": name, "mention": name, "siren": name},
        "buyer": content["buyer"] | {"name": name, "address": f"{name}\n{name}", "siren": name},
        "lines": [line | {"description": name} for line in content["lines"]],
    }
