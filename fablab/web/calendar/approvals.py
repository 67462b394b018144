"""Requests that wait for staff: approve them, or decline with a reason."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import reviewing
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("approvals", __name__)
LONGEST_REASON = 500


@screen.get("/desk/requests")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The queue, the most urgent first."""
    return _show()


@screen.post("/desk/requests/<row:reservation_id>")
@access.needs(Role.FABMANAGER)
def decide(reservation_id: int) -> Response | tuple[str, int]:
    """Approve a request, or decline it with a reason."""
    approved = request.form.get("decision") == "approve"
    version = inputs.row_id(request.form.get("version")) or 0
    reason = request.form.get("reason", "")[:LONGEST_REASON]
    try:
        with transaction() as session:
            if approved:
                reviewing.approve(session, access.actor(), reservation_id, version, clock.now())
            else:
                reviewing.decline(session, access.actor(), reservation_id, reason, version, clock.now())
    except Refused as refused:
        return _show(reservation_id, refused.messages, reason), status_of(refused)
    flash(_("Approved: they were told.") if approved else _("Declined: they were told why."), "ok")
    return redirect(url_for("approvals.page"))


def _show(refused_id: int | None = None, told: list[str] | None = None, typed: str = "") -> str:
    actor, now = access.actor(), clock.now()
    found = reviewing.requests(db.session(), actor, now)
    return render_template(
        "desk/requests.html",
        requests=found,
        may={row.id for row in found if reviewing.may_review(actor, row, now)},
        refused_id=refused_id,
        is_there=refused_id in {row.id for row in found},
        told=told or [],
        typed=typed,
    )
