"""API tokens of one's own: the secret is shown once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import transaction
from fablab.core.i18n import _
from fablab.members import queries as members
from fablab.members import services as people
from fablab.web.ground import access

screen = Blueprint("tokens", __name__)
LONGEST_NAME = 80


@screen.post("/me/tokens")
def add() -> str:
    """Make one, and show its secret, this once."""
    name = request.form.get("name", "")[:LONGEST_NAME]
    with transaction() as session:
        member = members.member(session, access.actor().member_id)
        secret = people.make_token(session, member, name, clock.now())
    return render_template("me/token.html", secret=secret, name=name)


@screen.post("/me/tokens/<row:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """End one."""
    with transaction() as session:
        people.revoke_token(session, access.actor(), token_id, clock.now())
    flash(_("The token is revoked: programs that use it are refused from now on."), "ok")
    return redirect(url_for("me.page", _anchor="tokens"))
