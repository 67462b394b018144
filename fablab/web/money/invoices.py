"""The invoices that one may see, and their PDFs."""

from flask import Blueprint, Response, render_template

from fablab.billing import documents
from fablab.billing import queries as billing
from fablab.core.db import db
from fablab.delivery import pdf_of
from fablab.members import queries as members
from fablab.web.ground import access

screen = Blueprint("invoices", __name__)


@screen.get("/me/invoices")
def page() -> str:
    """The invoices of one's own account, and of organisations that one owns."""
    session = db.session()
    found = billing.invoices_of(session, members.accounts_seen_by(session, access.actor().member_id))
    return render_template("me/invoices.html", invoices=found)


@screen.get("/me/invoices/<row:invoice_id>.pdf")
def pdf(invoice_id: int) -> Response:
    """One as PDF: as it was first rendered, or rendered now and kept."""
    name = documents.file_name(billing.invoice_seen_by(db.session(), access.actor(), invoice_id))
    response = Response(pdf_of(invoice_id), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
