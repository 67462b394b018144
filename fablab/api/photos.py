"""Routes that take photos: of sites, of resources, of what is reported."""

from flask import Response, current_app
from flask_openapi3 import Tag

from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.bodies import Picture, sent_bytes
from fablab.api.schemas import Problem, ResourcePath, SitePath
from fablab.api.schemas.reported import ReportedPath
from fablab.catalog import papers, problem_queries, problems
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.files import stored_file
from fablab.sites import places

TAGS = [Tag(name="photos", description="What places and machines look like, and what is wrong with them")]
TAKES = {204: None, **WRITES, 413: Problem}
PICTURE = {"description": "OK", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
NAME = "photo.jpg"


@api.put("/sites/<int:site_id>/photo", tags=TAGS, summary="Show another photo of a place", responses=TAKES)
def put_site_photo(path: SitePath, raw: Picture) -> Response:
    """Show a photo of a site in place of the one before: the picture itself is the body, of at most 12 MB."""
    content = sent_bytes(raw)
    with transaction() as session:
        places.show_photo(session, actor(), path.site_id, content, NAME, clock.now())
    return Response(status=204)


@api.delete("/sites/<int:site_id>/photo", tags=TAGS, summary="Show no photo of a place", responses={204: None})
def delete_site_photo(path: SitePath) -> Response:
    """Show no photo of a site; twice equals once."""
    with transaction() as session:
        places.hide_photo(session, actor(), path.site_id)
    return Response(status=204)


@api.put("/resources/<int:resource_id>/photo", tags=TAGS, summary="Show another photo of a resource", responses=TAKES)
def put_resource_photo(path: ResourcePath, raw: Picture) -> Response:
    """Show a photo of a resource in place of the one before: the picture itself is the body, of at most 12 MB."""
    content = sent_bytes(raw)
    with transaction() as session:
        papers.set_photo(session, actor(), path.resource_id, content, NAME, clock.now())
    return Response(status=204)


@api.delete("/resources/<int:resource_id>/photo", tags=TAGS, summary="Show no photo", responses={204: None})
def delete_resource_photo(path: ResourcePath) -> Response:
    """Show no photo of a resource; twice equals once."""
    with transaction() as session:
        papers.remove_photo(session, actor(), path.resource_id)
    return Response(status=204)


@api.put("/problems/<int:problem_id>/photo", tags=TAGS, summary="Show what is wrong", responses=TAKES)
def put_problem_photo(path: ReportedPath, raw: Picture) -> Response:
    """Put a photo of at most 12 MB to a problem: its reporter if it has none yet, or staff of its site."""
    content = sent_bytes(raw)
    with transaction() as session:
        problems.show_photo(session, actor(), path.problem_id, content, clock.now())
    return Response(status=204)


@api.get("/problems/<int:problem_id>/photo", tags=TAGS, summary="The photo of a problem", responses={200: PICTURE})
def problem_photo(path: ReportedPath) -> Response:
    """The photo of a problem, for those who may read it."""
    found = problem_queries.problem(db.session(), actor(), path.problem_id)
    if found.photo_id is None:
        raise NotFound(f"photo of problem {path.problem_id}")
    file = stored_file(db.session(), found.photo_id)
    response: Response = current_app.response_class(file.content, mimetype=file.media_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response
