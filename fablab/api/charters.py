"""Routes about charters."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.members import AcceptanceIn, CharterIn, CharterList, CharterOut, CharterPath
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import charters
from fablab.members.models import Charter

TAGS = [Tag(name="charters", description="The rules that people accept")]


@api.get("/charters", tags=TAGS, summary="Charters", responses={200: CharterList})
def charter_list() -> Response:
    """Every version of every charter."""
    return answer(CharterList(items=[_shown(row) for row in charters.charters(db.session())]))


@api.post("/charters", tags=TAGS, summary="Publish a version", responses={201: CharterOut, **WRITES})
def publish(body: CharterIn) -> Response:
    """Begin a version: fabmanagers for their site, administrators for the network."""
    with transaction() as session:
        row = charters.publish(session, actor(), body.site_id, body.title, body.text, body.valid_from, clock.now())
        made = _shown(row)
    return answer(made, 201)


@api.post("/charters/<int:charter_id>/acceptances", tags=TAGS, summary="Accept", responses={204: None, 403: Problem})
def accept(path: CharterPath, body: AcceptanceIn) -> Response:
    """Accept a version; twice equals once."""
    with transaction() as session:
        me = actor()
        charters.accept(session, me, path.charter_id, body.member_id or me.member_id, clock.now())
    return Response(status=204)


def _shown(row: Charter) -> CharterOut:
    return CharterOut(
        id=row.id,
        site_id=row.site_id,
        version=row.version,
        title=row.title,
        text=row.text,
        valid_from=row.valid_from,
    )
