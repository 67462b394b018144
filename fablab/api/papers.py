"""Routes about a resource's manuals and safety sheets."""

from flask import Response, current_app
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.bodies import Document, sent_bytes
from fablab.api.schemas import Problem, ResourcePath
from fablab.api.schemas.places import PaperList, PaperOut, PaperPath, PaperQuery
from fablab.catalog import papers
from fablab.catalog import queries as catalog
from fablab.catalog.models import FileRole, ResourceFile
from fablab.catalog.papers import Paper
from fablab.core import clock
from fablab.core.db import db, transaction

TAGS = [Tag(name="papers", description="Manuals and safety sheets")]
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE = {"description": "OK", "content": {"application/pdf": BINARY, "image/jpeg": BINARY}}


@api.get("/resources/<int:resource_id>/papers", tags=TAGS, summary="Its papers", responses={200: PaperList})
def paper_list(path: ResourcePath) -> Response:
    """The manuals, safety sheets and other documents of a resource."""
    found = catalog.resource(db.session(), path.resource_id)
    return answer(PaperList(items=[_shown(row) for row in catalog.files_of(db.session(), found.id)]))


@api.post(
    "/resources/<int:resource_id>/papers",
    tags=TAGS,
    summary="Put a paper to it",
    responses={201: PaperOut, **WRITES, 413: Problem},
)
def add_paper(path: ResourcePath, query: PaperQuery, raw: Document) -> Response:
    """Put a PDF or a picture to a resource: the file itself is the body, of at most 12 MB."""
    content, paper = sent_bytes(raw), Paper(query.title, FileRole(query.role))
    with transaction() as session:
        made = papers.add_paper(session, actor(), path.resource_id, paper, content, query.title, clock.now()).id
    return answer(_shown(catalog.resource_file(db.session(), made)), 201)


@api.get("/papers/<int:paper_id>", tags=TAGS, summary="A paper itself", responses={200: FILE})
def paper_content(path: PaperPath) -> Response:
    """The PDF or the picture, to keep."""
    row = catalog.resource_file(db.session(), path.paper_id)
    response: Response = current_app.response_class(row.file.content, mimetype=row.file.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=papers.file_name(row))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@api.delete("/papers/<int:paper_id>", tags=TAGS, summary="Take a paper away", responses={204: None})
def remove_paper(path: PaperPath) -> Response:
    """Take a paper away from its resource, as a fabmanager of its site."""
    with transaction() as session:
        papers.remove_paper(session, actor(), path.paper_id)
    return Response(status=204)


def _shown(row: ResourceFile) -> PaperOut:
    return PaperOut(
        id=row.id,
        resource_id=row.resource_id,
        title=row.title,
        role=row.role,
        media_type=row.file.media_type,
        size=row.file.size,
    )
