"""Routes about invoices."""

from flask import Response, current_app, url_for
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.schemas import InvoiceList, InvoiceOut, InvoicePath
from fablab.billing import documents, queries
from fablab.billing.models import Invoice
from fablab.core.db import db
from fablab.delivery import pdf_of
from fablab.members import queries as members

TAGS = [Tag(name="invoices", description="What was invoiced to you")]
PDF = {"description": "OK", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


@api.get("/invoices", tags=TAGS, summary="One's own invoices", responses={200: InvoiceList})
def invoices() -> Response:
    """The invoices of one's own account and of the organisations that one owns, the newest first."""
    accounts = members.accounts_seen_by(db.session(), actor().member_id)
    return answer(InvoiceList(items=[_shown(row) for row in queries.invoices_of(db.session(), accounts)]))


@api.get("/invoices/<int:invoice_id>.pdf", tags=TAGS, summary="An invoice as PDF", responses={200: PDF})
def invoice_pdf(path: InvoicePath) -> Response:
    """The PDF of an invoice of one's own; the same bytes at each call."""
    found = queries.invoice_seen_by(db.session(), actor(), path.invoice_id)
    name = documents.file_name(found)
    pdf = pdf_of(path.invoice_id)
    response: Response = current_app.response_class(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _shown(row: Invoice) -> InvoiceOut:
    return InvoiceOut(
        id=row.id,
        number=row.number,
        month=row.month,
        issued_on=row.issued_on.isoformat(),
        account_id=row.account_id,
        account=row.account.name,
        currency=row.currency,
        net_cents=row.net_cents,
        vat_cents=row.vat_cents,
        gross_cents=row.gross_cents,
        pdf=url_for("api.invoice_pdf", invoice_id=row.id),
    )
