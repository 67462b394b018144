"""For staff, from anywhere: one field that finds people, resources and reservations."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import searching
from fablab.catalog import searching as catalog
from fablab.core import clock
from fablab.core.db import db
from fablab.core.paging import Page
from fablab.members import people
from fablab.members.models import Role
from fablab.members.people import Wanted
from fablab.web.ground import access

screen = Blueprint("search", __name__)
SHOWN = 10


@screen.get("/search")
@access.needs(Role.HOST)
def page() -> str | Response:
    """What the words mean; where they mean one thing only, that thing."""
    typed = request.args.get("q", "").strip()[:100]
    session = db.session()
    found = people.people(session, Wanted(search=typed), limit=SHOWN) if typed else Page([], 0, 0)
    resources = catalog.found(session, typed, limit=SHOWN)
    reservations = searching.found(session, access.actor(), typed, clock.now(), limit=SHOWN)
    if len(found.items) == 1 and not resources and not reservations:
        return redirect(url_for("people.person", member_id=found.items[0].id))
    return render_template("search/page.html", typed=typed, found=found, resources=resources, reservations=reservations)
