"""Saying that a hold or a strike is wrong: one's own, or one's ward's."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.conduct import appeals
from fablab.members.conduct.appeals import AppealCard
from fablab.web.ground import access, inputs
from fablab.web.people.records import own_records

screen = Blueprint("appealing", __name__)


@screen.post("/me/appeals")
def appeal() -> Response | tuple[str, int]:
    """Send an appeal."""
    now, typed = clock.now(), request.form.get("text", "")
    card = AppealCard(
        text=typed,
        hold_id=inputs.row_id(request.form.get("hold_id")),
        strike_id=inputs.row_id(request.form.get("strike_id")),
    )
    try:
        with transaction() as session:
            appeals.appeal(session, access.actor(), card, now)
    except Refused as refused:
        found = own_records(access.actor(), now)
        return render_template("conduct/own.html", records=found, reasons=refused.messages, typed=card), 422
    flash(_("Sent. Staff read it and answer you by mail and here."), "ok")
    return redirect(url_for("me.page", _anchor="conduct"))
