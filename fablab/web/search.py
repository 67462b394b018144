"""For staff, from anywhere: one field that finds people, resources and reservations."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import searching
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db
from fablab.core.paging import Page
from fablab.core.text import plain_of
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
    resources = _resources(typed)
    reservations = searching.found(session, access.actor(), typed, clock.now(), limit=SHOWN)
    if len(found.items) == 1 and not resources and not reservations:
        return redirect(url_for("people.person", member_id=found.items[0].id))
    return render_template("search/page.html", typed=typed, found=found, resources=resources, reservations=reservations)


def _resources(typed: str) -> list[Resource]:
    """Those whose name, model or code holds every word."""
    words = plain_of(typed).split()
    if not words:
        return []
    rows = catalog.resources(db.session())
    return [row for row in rows if all(word in plain_of(f"{row.name} {row.model} {row.code}") for word in words)][
        :SHOWN
    ]
