"""For administrators: mails that were given up, and having them tried again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.notices import failures
from fablab.web.ground import access

screen = Blueprint("mails", __name__)


@screen.get("/network/mails")
def page() -> str:
    """Mails that could not be sent: to whom, about what, and why not."""
    return render_template("network/mails.html", rows=failures.given_up(db.session(), access.actor()))


@screen.post("/network/mails/<row:mail_id>/again")
def try_again(mail_id: int) -> Response:
    """Have one tried again."""
    with transaction() as session:
        failures.try_again(session, access.actor(), mail_id, clock.now())
    flash(_("The mail is tried again at once."), "ok")
    return redirect(url_for("mails.page"))
