"""Photos of places, for everybody; a new photo has a new address, so that browsers may keep each."""

from flask import Blueprint, Response, request, url_for

from fablab.core.db import db
from fablab.core.errors import NotFound
from fablab.core.files import stored_file
from fablab.sites import queries as sites
from fablab.sites.models import Site
from fablab.web.ground import access

screen = Blueprint("pictures", __name__)
_DAY = 24 * 3600


@screen.get("/pictures/site/<row:site_id>")
@access.public
def site(site_id: int) -> Response:
    """A site's photo."""
    found = sites.site(db.session(), site_id)
    if found.photo_id is None:
        raise NotFound(f"photo of site {site_id}")
    file = stored_file(db.session(), found.photo_id)
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Cache-Control"] = f"public, max-age={_DAY}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(file.sha256)
    response.make_conditional(request)
    return response


def site_photo(row: Site) -> str | None:
    """The address of a site's photo, if it has one."""
    return url_for("pictures.site", site_id=row.id, v=row.photo_id) if row.photo_id else None
