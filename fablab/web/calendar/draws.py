"""Draws: wishing for a time that is drawn, and what became of one's wishes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking.draws import entering, queries
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_moment
from fablab.core.refusals import Refused
from fablab.members import guardians
from fablab.sites import queries as sites
from fablab.web.calendar import asking, sheet
from fablab.web.calendar.onward import onward
from fablab.web.ground import access

screen = Blueprint("draws", __name__)


@screen.get("/draws")
def page() -> str:
    """What one wishes, what became of it, and how each draw was made."""
    return _page([])


@screen.post("/m/<code>/draw")
def enter(code: str) -> Response | tuple[str, int]:
    """Take part with what the booking sheet asks for; or the sheet again, with every reason why not."""
    now = clock.now()
    resource = catalog.resource_by_code(db.session(), code)
    zone = resource.site.zone
    asked = asking.asked(request.form, zone, now)
    try:
        if asked.trouble is not None:
            raise Refused([asked.trouble])
        wish = asking.wish_of(resource, asked, now)
        with transaction() as session:
            at = entering.enter(session, access.actor(), wish, now).draws_at
    except Refused as refused:
        return sheet.again(code, asked, now, refused.refusals), 422
    flash(_("Your wish takes part in the draw of %(when)s.", when=show_moment(at, zone)), "ok")
    return onward(url_for("draws.page"))


@screen.post("/draws/<row:entry_id>/withdraw")
def withdraw(entry_id: int) -> Response | tuple[str, int]:
    """Wish for it no longer."""
    try:
        with transaction() as session:
            entering.withdraw(session, access.actor(), entry_id, clock.now())
    except Refused as refused:
        return _page(refused.messages), 422
    flash(_("Taken back: your wish takes part in no draw."), "ok")
    return redirect(url_for("draws.page"))


def _page(reasons: list[str]) -> str:
    session, actor, now = db.session(), access.actor(), clock.now()
    entries = queries.entries_of(session, guardians.people_of(session, actor.member_id), now)
    places = {row.site_id: sites.site(session, row.site_id) for row in entries}
    places |= {site.id: site for site in sites.sites(session)}
    made = [(places[key], queries.made_at(session, key, 5)) for key in sorted(places)]
    coming = [(places[key], queries.announced_at(session, key)) for key in sorted(places)]
    return render_template(
        "draws/page.html",
        entries=[row for row in entries if row.state == "open"],
        settled=[row for row in reversed(entries) if row.state != "open"],
        made=[(site, rows) for site, rows in made if rows],
        coming=[(site, rows) for site, rows in coming if rows],
        member_id=actor.member_id,
        reasons=reasons,
    )
