"""An invoice's PDF: rendered by typst from the invoice's own content, kept as it was first rendered."""

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.billing.models import Document, Invoice
from fablab.billing.reckoning import Unit
from fablab.core.i18n import _, show_date, show_exact_duration, show_money, show_month, show_number, use_locale
from fablab.core.typesetting import breakable, typeset


class Tampered(Exception):
    """The kept PDF is not the one that was rendered: its SHA-256 differs."""


def kept_pdf(session: Session, invoice_id: int) -> bytes | None:
    """The PDF as it was first rendered; None if that is still to be done.

    Raises:
        Tampered: its bytes were altered since.
    """
    kept = session.get(Document, invoice_id)
    if kept is None:
        return None
    if hashlib.sha256(kept.pdf).hexdigest() != kept.sha256:
        raise Tampered(f"document of invoice {invoice_id}")
    return kept.pdf


def keep_pdf(session: Session, invoice_id: int, pdf: bytes, now: datetime) -> bytes:
    """Keep a rendered PDF; if another was kept meanwhile, that one counts."""
    kept = kept_pdf(session, invoice_id)
    if kept is not None:
        return kept
    sha256 = hashlib.sha256(pdf).hexdigest()
    session.add(Document(invoice_id=invoice_id, sha256=sha256, pdf=pdf, rendered_at=now))
    session.flush()
    return pdf


def render(content: dict[str, Any]) -> bytes:
    """The PDF of an invoice's content, in its reader's language; the same content gives the same bytes.

    Some 30 ms of work: do it outside of a transaction.
    """
    with use_locale(content["locale"]):
        words = _words(content)
    return typeset("invoice/invoice.typ", "invoice", words)


def file_name(invoice: Invoice) -> str:
    """What the PDF is called when it is downloaded."""
    return f"{invoice.number}.pdf"


def _words(content: dict[str, Any]) -> dict[str, Any]:
    """Every word and figure of the page, ready to print: the template only sets them."""
    currency = content["currency"]
    seller, buyer = content["seller"], content["buyer"]
    issued_on = date.fromisoformat(content["issued_on"])
    gross = any(line["gross"] for line in content["lines"])
    any_use = any("unit" not in line for line in content["lines"])
    return {
        "lang": content["locale"],
        "year": issued_on.year,
        "month": issued_on.month,
        "day": issued_on.day,
        "title": _("Invoice"),
        "number": content["number"],
        "facts": [
            [_("Number"), content["number"]],
            [_("Date"), show_date(issued_on)],
            [_("Use of") if any_use else _("Month"), show_month(date.fromisoformat(content["first_day"]))],
            *_references(buyer),
        ],
        "seller": _breakable(seller["name"], *seller["address"].splitlines(), *_identities(seller)),
        "buyer_title": _("Invoiced to"),
        "buyer": _breakable(buyer["name"], *buyer["address"].splitlines(), *_identities(buyer)),
        "columns": [
            *((_("Use"), _("Measured")) if any_use else (_("Description"), _("Quantity"))),
            *(_("Price"), _("VAT"), _("Amount incl. VAT") if gross else _("Amount")),
        ],
        "lines": [
            [
                *_breakable(line["description"]),
                *_quantity_and_price(line, currency),
                _rate(line["vat_rate_bp"]),
                show_money(line["amount_cents"], currency),
            ]
            for line in content["lines"]
        ],
        "totals": [
            [_("Total excl. VAT"), show_money(content["net_cents"], currency)],
            *[
                [_("VAT %(rate)s", rate=_rate(group["rate_bp"])), show_money(group["vat_cents"], currency)]
                for group in content["vat"]
            ],
        ],
        "total": [_("Total incl. VAT"), show_money(content["gross_cents"], currency)],
        "notes": _breakable(*(text for text in (seller["mention"], seller["note"]) if text)),
        "page": _("Page"),
    }


def _quantity_and_price(line: dict[str, Any], currency: str) -> tuple[str, str]:
    price = show_money(line["price_cents"], currency)
    if line.get("unit") == Unit.PIECE:
        return show_number(line["quantity_seconds"]), price
    return show_exact_duration(line["quantity_seconds"]), f"{price} / {'h' if line['per_seconds'] == 3600 else 'min'}"


def _breakable(*texts: str) -> list[str]:
    """The texts with places to break in very long words, which would run over the figures beside them."""
    return [breakable(text, 20) for text in texts]


def _identities(party: dict[str, Any]) -> list[str]:
    found = []
    if party.get("siret"):
        found.append(f"SIRET {party['siret']}")
    elif party.get("siren"):
        found.append(f"SIREN {party['siren']}")
    if party.get("vat_number"):
        found.append(_("VAT number %(number)s", number=party["vat_number"]))
    return found


def _references(buyer: dict[str, Any]) -> list[list[str]]:
    """What a buyer's own office wants to read; invoices of before organisations had these say nothing of them."""
    orders = [buyer.get("purchase_order"), *buyer.get("project_orders", [])]
    named = (
        (_("Purchase order"), ", ".join(text for text in orders if text)),
        (_("Service"), buyer.get("service_code")),
    )
    return [[title, *_breakable(text)] for title, text in named if text]


def _rate(rate_bp: int) -> str:
    return f"{show_number(rate_bp / 100)} %"
