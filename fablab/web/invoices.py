"""The invoices that one may see, and their PDFs."""

from flask import Blueprint, Response, render_template

from fablab.billing import documents
from fablab.billing import queries as billing
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import queries as members
from fablab.web import access

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
    session = db.session()
    invoice = billing.invoice_seen_by(session, access.actor(), invoice_id)
    name, content = documents.file_name(invoice), invoice.content
    found = documents.kept_pdf(session, invoice_id)
    if found is None:
        rendered = documents.render(content)
        with transaction() as writing:
            found = documents.keep_pdf(writing, invoice_id, rendered, clock.now())
    response = Response(found, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
