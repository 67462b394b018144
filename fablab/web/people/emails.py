"""Another address of one's own: asked for on one's page, confirmed by a mailed link."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import emails, signin
from fablab.web.ground import access
from fablab.web.ground.errors import dead_link

screen = Blueprint("emails", __name__)
CHANGE = "email change"
"""What requests for another address are counted as."""


@screen.post("/me/email")
def ask() -> Response:
    """Have a link mailed to a new address; the answer is the same where somebody has it already."""
    me, now = access.actor().member_id, clock.now()
    with transaction() as session:
        signin.begin(session, f"member {me}", request.remote_addr or "", now, what=CHANGE)
        emails.ask(session, me, request.form.get("email", "")[:254], now)
    flash(_("If nobody else has this address, a mail with a link is on its way there. It holds for 24 hours."), "info")
    return redirect(url_for("card.own_page"))


@screen.get("/email/<secret>")
@access.public
def page(secret: str) -> str | tuple[str, int]:
    """Ask for a click, so that a mail program that opens links changes nothing."""
    wanted = emails.asked(db.session(), secret, clock.now())
    if wanted is None:
        return dead_link(emails.LIFE, url_for("card.own_page"))
    return render_template("emails/confirm.html", secret=secret, email=wanted.email, told=[])


@screen.post("/email/<secret>")
@access.public
def change(secret: str) -> Response | tuple[str, int]:
    """Make the address that the link proves one's own."""
    try:
        with transaction() as session:
            emails.change(session, secret, clock.now())
    except NotFound:
        return dead_link(emails.LIFE, url_for("card.own_page"))
    except Refused as refused:
        return render_template("emails/confirm.html", secret=secret, email="", told=refused.messages), 422
    flash(_("Your address is changed. Sign in with it from now on."), "ok")
    return redirect(url_for("home.page"))
