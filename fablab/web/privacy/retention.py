"""For administrators: how long what is kept, what would be removed today, and removing it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock, retention
from fablab.core.db import db, transaction
from fablab.core.i18n import _, n_
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.ground import access
from fablab.web.ground.errors import status_of

screen = Blueprint("retention", __name__)


@screen.get("/network/retention")
@access.needs(Role.ADMIN)
def page() -> str:
    """Every kind of data with its period, and how much of it is older."""
    return _show([])


@screen.post("/network/retention/<code>")
@access.needs(Role.ADMIN)
def set_period(code: str) -> Response | tuple[str, int]:
    """Keep a kind longer or shorter."""
    months = _number("months")
    automatic = request.form.get("automatic") == "yes"
    try:
        with transaction() as session:
            retention.set_period(session, access.actor(), code, months, automatic, clock.now())
    except Refused as refused:
        return _show(refused.messages), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("retention.page", _anchor=code))


@screen.post("/network/retention/<code>/purge")
@access.needs(Role.ADMIN)
def purge(code: str) -> Response | tuple[str, int]:
    """Remove what is older, as it was shown."""
    try:
        if request.form.get("sure") != "yes":
            raise Refused.because("not_sure", _("Confirm first that you want to remove it: it cannot be undone."))
        with transaction() as session:
            count = retention.purge(session, access.actor(), code, _number("shown"), clock.now())
    except Refused as refused:
        return _show(refused.messages), status_of(refused)
    flash(n_("%(count)s entry was removed.", "%(count)s entries were removed.", count), "ok")
    return redirect(url_for("retention.page", _anchor=code))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _show(reasons: list[str]) -> str:
    access.actor().needs_everywhere(Role.ADMIN)
    kinds = retention.periods(db.session(), clock.now())
    return render_template("privacy/retention.html", kinds=kinds, reasons=reasons, longest=retention.LONGEST)
