"""For fabmanagers: the terminals at a site's doors, whose links are shown once and can be revoked."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.presence import terminals
from fablab.presence.terminals import LONGEST_NAME
from fablab.sites import queries as sites
from fablab.web.ground import access

screen = Blueprint("terminals", __name__)


@screen.get("/presence/<row:site_id>/terminals")
@access.needs(Role.FABMANAGER)
def page(site_id: int) -> str:
    """The terminals of a site."""
    return _show(site_id)


@screen.post("/presence/<row:site_id>/terminals")
@access.needs(Role.FABMANAGER)
def add(site_id: int) -> str | tuple[str, int]:
    """Make one, and show its link, this once."""
    try:
        with transaction() as session:
            name = request.form.get("name", "")
            _row, key = terminals.add_terminal(session, access.actor(), site_id, name, clock.now())
    except Refused as refused:
        return _show(site_id, reasons=refused.messages), 422
    return _show(site_id, secret=link(f"/terminal/{key}"))


@screen.post("/presence/<row:site_id>/terminals/<row:terminal_id>/revoke")
@access.needs(Role.FABMANAGER)
def revoke(site_id: int, terminal_id: int) -> Response:
    """Let its link open nothing any more."""
    access.actor().needs_at_site(Role.FABMANAGER, site_id)
    with transaction() as session:
        terminals.revoke_terminal(session, access.actor(), terminal_id, clock.now())
    flash(_("The terminal is closed: its link opens nothing any more."), "ok")
    return redirect(url_for("terminals.page", site_id=site_id))


def _show(site_id: int, *, secret: str = "", reasons: list[str] | None = None) -> str:
    site = sites.site(db.session(), site_id)
    access.actor().needs_at_site(Role.FABMANAGER, site.id)
    return render_template(
        "presence/terminals.html",
        site=site,
        terminals=terminals.terminals_of(db.session(), site.id),
        secret=secret,
        reasons=reasons or [],
        longest=LONGEST_NAME,
    )
