"""For hosts: memberships that end soon or ended lately, and finding the person who stands at the desk."""

from flask import Blueprint, render_template, request

from fablab.core import clock
from fablab.core.db import db
from fablab.members import queries as members
from fablab.members.memberships import queries as memberships
from fablab.members.models import Role
from fablab.web.ground import access

screen = Blueprint("ending", __name__)


@screen.get("/memberships/ending")
@access.needs(Role.HOST)
def page() -> str:
    """Whom to ask whether they go on; or whom a name means."""
    session, typed = db.session(), request.args.get("q", "").strip()[:100]
    return render_template(
        "memberships/ending.html",
        typed=typed,
        found=members.members(session, typed) if typed else [],
        ending=memberships.ending(session, access.actor(), clock.now()),
    )
