"""Those who signed up and wait for staff to approve them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import joining
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access

screen = Blueprint("waiting", __name__)


@screen.get("/people/waiting")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The queue."""
    return _show()


@screen.post("/people/<row:member_id>/decide")
@access.needs(Role.FABMANAGER)
def decide(member_id: int) -> Response | tuple[str, int]:
    """Approve somebody, or decline with a reason."""
    approved = request.form.get("decision") == "approve"
    try:
        with transaction() as session:
            reason = request.form.get("reason", "")[:500]
            joining.decide(session, access.actor(), member_id, approved, reason, clock.now())
    except Refused as refused:
        return _show(member_id, refused.messages), 422
    flash(_("Approved: they were told.") if approved else _("Declined: they were told why."), "ok")
    return redirect(url_for("waiting.page"))


def _show(refused_id: int | None = None, told: list[str] | None = None) -> str:
    session = db.session()
    return render_template(
        "people/waiting.html",
        people=joining.waiting(session, access.actor()),
        places={row.id: row.name for row in sites.sites(session)},
        refused_id=refused_id,
        told=told or [],
    )
