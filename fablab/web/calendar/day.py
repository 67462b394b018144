"""The day: all machines and their time."""

from datetime import date, timedelta

from flask import Blueprint, render_template, request, session
from flask.wrappers import Response

from fablab.core import clock
from fablab.core.db import db
from fablab.sites import queries as sites
from fablab.web.calendar.calendars import Table, day_tables
from fablab.web.ground import access, inputs
from fablab.web.ground.headers import answer_if_changed

screen = Blueprint("day", __name__)


@screen.get("/day")
def page() -> str:
    """A day of all machines, or of one site's; the choice of site is remembered."""
    if "site" in request.args:
        chosen = request.args["site"]
        session["site"] = None if chosen in ("", "all") else inputs.row_id(chosen)
    places = sites.sites(db.session())
    today = clock.now().astimezone(places[0].zone).date() if places else clock.now().date()
    day = inputs.day(request.args.get("d"), today)
    site_id = _site_id()
    return render_template(
        "day/page.html",
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        sites=places,
        site_id=site_id,
        tables=_tables(day, site_id),
    )


@screen.get("/day/grid")
def grid() -> Response:
    """Its changing part."""
    day = inputs.day(request.args.get("d"), clock.now().date())
    site_id = inputs.row_id(request.args.get("site"))
    return answer_if_changed(render_template("day/_tables.html", tables=_tables(day, site_id), day=day))


def _site_id() -> int | None:
    """The site that was chosen last, if it is still there."""
    chosen = session.get("site")
    return chosen if chosen in {row.id for row in sites.sites(db.session())} else None


def _tables(day: date, site_id: int | None) -> list[Table]:
    return day_tables(access.actor(), day, site_id, clock.now())
