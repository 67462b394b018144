"""For hosts: who is in now, whom to greet next, and a list to call when it burns."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, current_app, render_template, request, session
from werkzeug.wrappers import Response

from fablab.booking import queries as booking
from fablab.catalog import labels
from fablab.catalog.labels import Label, LabelSize
from fablab.core import clock
from fablab.core.db import db
from fablab.core.errors import NotFound
from fablab.core.i18n import _, show_time
from fablab.core.links import link
from fablab.core.period import Period, day_of
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.presence import queries, services
from fablab.sites import queries as sites
from fablab.sites.models import Site
from fablab.web.ground import access, inputs
from fablab.web.ground.headers import answer_if_changed

screen = Blueprint("presence", __name__)
REMEMBERED = "presence_site"
OFTEN = timedelta(days=60)
OFFERED = 24
"""As many people are offered to greet; more are found by typing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be about to arrive."""

    member: Member
    note: str
    """Why they are thought of: a reservation today."""
    is_in: bool


@screen.get("/presence")
@access.needs(Role.HOST)
def page() -> str:
    """Whom to greet, and who is in, at one of one's sites; the site is remembered."""
    own = own_sites()
    chosen = chosen_site(own)
    if chosen is None:
        return render_template("presence/no_site.html")
    session[REMEMBERED] = chosen.id
    now, typed = clock.now(), _typed()
    start = day_of(now.astimezone(chosen.zone).date(), chosen.zone).start
    return render_template(
        "presence/page.html",
        site=chosen,
        sites=own,
        typed=typed,
        people=_candidates(chosen, typed, now),
        left=queries.left_lately(db.session(), chosen.id, start),
        visits=queries.visits_since(db.session(), chosen.id, start),
        may_keep_terminals=access.actor().may_at_site(Role.FABMANAGER, chosen.id),
        **_inside(chosen, now),
    )


@screen.get("/presence/<row:site_id>/people")
@access.needs(Role.HOST)
def people(site_id: int) -> str:
    """The people whose name or address holds what is typed, as part of the page."""
    site, typed = hosted(site_id), _typed()
    return render_template(
        "presence/_people.html", site=site, typed=typed, people=_candidates(site, typed, clock.now())
    )


@screen.get("/presence/<row:site_id>/now")
@access.needs(Role.HOST)
def inside(site_id: int) -> Response:
    """Who is in, as part of the page: two desks see the same."""
    site = hosted(site_id)
    return answer_if_changed(render_template("presence/_inside.html", site=site, **_inside(site, clock.now())))


@screen.get("/presence/<row:site_id>/roll-call")
@access.needs(Role.HOST)
def roll_call(site_id: int) -> str:
    """A list to print and to tick."""
    site = hosted(site_id)
    return render_template("presence/roll_call.html", site=site, **_inside(site, clock.now()))


@screen.get("/presence/<row:site_id>/qr.pdf")
@access.needs(Role.HOST)
def qr(site_id: int) -> Response:
    """A sheet for the door, whose code leads to where people say that they are here."""
    site = hosted(site_id)
    label = Label(site.name, site.town, link(f"/here/{site.slug}"), _("Say that you are here, or that you leave"))
    # Drawing takes a while, and needs nothing more of the database.
    db.session.rollback()
    response: Response = current_app.response_class(labels.render([label], LabelSize.LARGE), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename="qr.pdf")
    return response


def own_sites() -> list[Site]:
    """The sites where the one who looks is a host."""
    actor = access.actor()
    return [row for row in sites.sites(db.session()) if actor.may_at_site(Role.HOST, row.id)]


def hosted(site_id: int) -> Site:
    """A site where the one who looks is a host; Forbidden or NotFound otherwise."""
    found = sites.site(db.session(), site_id)
    access.actor().needs_at_site(Role.HOST, found.id)
    return found


def chosen_site(own: list[Site]) -> Site | None:
    """The site that is asked for, or the one before, or the first of these; NotFound if it is none of these."""
    wanted = inputs.row_id(request.args.get("site"))
    by_id = {row.id: row for row in own}
    if wanted is not None:
        if wanted not in by_id:
            raise NotFound(f"site {wanted}")
        return by_id[wanted]
    return by_id.get(session.get(REMEMBERED, 0)) or next(iter(own), None)


def _typed() -> str:
    return request.args.get("q", "").strip()[:100]


def _inside(site: Site, now: datetime) -> dict[str, object]:
    present = services.roll_call(db.session(), access.actor(), site.id, now)
    return {"present": present, "heads": queries.heads(present), "unsure": sum(item.is_unsure for item in present)}


def _candidates(site: Site, typed: str, now: datetime) -> list[Candidate]:
    """People to greet: who has a reservation today and who comes often stand first; typed words leave out the rest."""
    found = db.session()
    today = day_of(now.astimezone(site.zone).date(), site.zone)
    notes: dict[int, str] = {}
    own = access.actor().member_id
    for row in booking.reservations(found, Period(now, today.end), member_id=own, or_sites=[site.id], limit=200):
        if row.resource.site_id == site.id:
            text = _("%(what)s at %(time)s", what=row.resource.name, time=show_time(row.starts_at, site.zone))
            notes.setdefault(row.member_id, text)
    likely = list(dict.fromkeys([*notes, *queries.regulars(found, site.id, now - OFTEN)]))
    if typed:
        numbered = [int(typed)] if typed.isascii() and typed.isdigit() and len(typed) <= 9 else []
        rows = [*queries.people(found, numbered), *members.members(found, typed, limit=OFFERED)]
    else:
        rows = queries.people(found, likely) or members.members(found, limit=OFFERED)
    order = {member_id: at for at, member_id in enumerate(likely)}
    by_id = {row.id: row for row in sorted(rows, key=lambda row: order.get(row.id, len(order)))}
    where = queries.where_they_are(found, by_id)
    items = [Candidate(row, notes.get(row.id, ""), where.get(row.id) == site.id) for row in by_id.values()]
    return [item for item in items if typed or not item.is_in][:OFFERED]
