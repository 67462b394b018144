"""The wall: every machine's state, for everybody, without names."""

from flask import Blueprint, render_template, request
from flask.wrappers import Response

from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db
from fablab.sites import queries as sites
from fablab.web.calendar import floor
from fablab.web.ground import access, inputs
from fablab.web.ground.headers import answer_if_changed

screen = Blueprint("live", __name__)


@screen.get("/live")
@access.public
def page() -> str:
    """The whole page."""
    site_id = inputs.row_id(request.args.get("site"))
    return render_template("home/live.html", site_id=site_id, sites=sites.sites(db.session()), places=_places(site_id))


@screen.get("/live/wall")
@access.public
def wall() -> Response:
    """Its changing part."""
    site_id = inputs.row_id(request.args.get("site"))
    return answer_if_changed(render_template("home/_wall.html", site_id=site_id, places=_places(site_id)))


def _places(site_id: int | None) -> list[tuple[object, list[floor.Standing]]]:
    found = floor.standings(catalog.resources(db.session(), site_id=site_id), clock.now())
    # A wall shows what the machines do; what the one who looks may use is no matter here.
    return [*floor.by_site(found)]
