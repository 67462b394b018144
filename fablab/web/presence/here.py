"""Where a site's QR code leads: members say that they are here, or that they leave, in two taps."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.presence import lists, queries, services
from fablab.presence.models import Recorded
from fablab.presence.services import Coming
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs

screen = Blueprint("here", __name__)


@screen.get("/here/<slug>")
@access.public
def page(slug: str) -> str:
    """Ask why they come; visitors are told to sign in, or to tell the desk."""
    session, now = db.session(), clock.now()
    site = sites.site_by_slug(session, slug)
    latest = present = None
    if current_user.is_authenticated:
        latest = queries.latest_of(session, current_user.id)
        present = queries.stay_at(session, current_user.id, site.id, now)
    return render_template("here/page.html", site=site, latest=latest, present=present, choices=lists.reasons(session))


@screen.post("/here/<slug>/arrive")
def arrive(slug: str) -> Response:
    """Say that one is here."""
    actor = access.actor()
    with transaction() as session:
        site = sites.site_by_slug(session, slug)
        coming = Coming(
            site_id=site.id,
            member_id=actor.member_id,
            reason_id=inputs.row_id(request.form.get("reason_id")),
            recorded=Recorded.QR,
        )
        services.arrive(session, actor, coming, clock.now())
    flash(_("Welcome! Say it here when you leave."), "ok")
    return redirect(url_for("here.page", slug=slug))


@screen.post("/here/<slug>/leave")
def leave(slug: str) -> Response:
    """Say that one leaves, wherever one was."""
    with transaction() as session:
        sites.site_by_slug(session, slug)
        services.leave(session, access.actor(), clock.now())
    flash(_("Goodbye, and see you soon!"), "ok")
    return redirect(url_for("here.page", slug=slug))
