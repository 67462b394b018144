"""Routes about levels of access, and about who has which where."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.network import (
    AccessIn,
    AccessList,
    AccessOut,
    AccessPath,
    LevelIn,
    LevelList,
    LevelOut,
    LevelPatch,
    LevelPath,
    MemberPath,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import accesses
from fablab.members import queries as members
from fablab.members.models import AccessGrant, Role
from fablab.sites import levels
from fablab.sites import queries as sites

TAGS = [Tag(name="access", description="Who may enter while nobody is there")]


@api.get("/access-levels", tags=TAGS, summary="Every level of access", responses={200: LevelList})
def level_list() -> Response:
    """What the network calls its levels of access above everybody's, which is 0."""
    found = sites.access_levels(db.session())
    return answer(LevelList(items=[LevelOut(rank=rank, name=name) for rank, name in found.items()]))


@api.post("/access-levels", tags=TAGS, summary="Name a level", responses={201: LevelOut, **WRITES})
def add_level(body: LevelIn) -> Response:
    """Name a level of access; for administrators of the network."""
    with transaction() as session:
        row = levels.add_level(session, actor(), body.rank, body.name)
        made = LevelOut(rank=row.rank, name=row.name)
    return answer(made, 201)


@api.patch("/access-levels/<int:rank>", tags=TAGS, summary="Rename a level", responses={200: LevelOut, **WRITES})
def rename_level(path: LevelPath, body: LevelPatch) -> Response:
    """Call a level of access something else; for administrators of the network."""
    with transaction() as session:
        row = levels.rename_level(session, actor(), path.rank, body.name)
        made = LevelOut(rank=row.rank, name=row.name)
    return answer(made)


@api.delete("/access-levels/<int:rank>", tags=TAGS, summary="Remove a level", responses={204: None, 403: Problem})
def remove_level(path: LevelPath) -> Response:
    """Take a level away that no hours ask for and nobody has; for administrators of the network."""
    with transaction() as session:
        accesses.remove_level(session, actor(), path.rank, clock.now())
    return Response(status=204)


@api.get(
    "/members/<int:member_id>/accesses",
    tags=TAGS,
    summary="What somebody may enter",
    responses={200: AccessList, 403: Problem},
)
def access_list(path: MemberPath) -> Response:
    """The levels of access that somebody has; for themselves and for fabmanagers."""
    session, me = db.session(), actor()
    if path.member_id != me.member_id:
        me.needs_anywhere(Role.FABMANAGER)
    found = members.member(session, path.member_id)
    return answer(AccessList(items=[_shown(row) for row in accesses.accesses_held(session, found.id, clock.now())]))


@api.post(
    "/members/<int:member_id>/accesses",
    tags=TAGS,
    summary="Give a level of access",
    responses={201: AccessOut, **WRITES},
)
def give_access(path: MemberPath, body: AccessIn) -> Response:
    """Give somebody a level of access at a site of yours, or as an administrator in the whole network; what they had
    there before ends.
    """
    with transaction() as session:
        row = accesses.give_access(
            session, actor(), path.member_id, body.level, clock.now(), site_id=body.site_id, ends_at=body.ends_at
        )
        made = _shown(row)
    return answer(made, 201)


@api.delete(
    "/members/<int:member_id>/accesses/<int:access_id>",
    tags=TAGS,
    summary="End an access",
    responses={204: None, 403: Problem},
)
def end_access(path: AccessPath) -> Response:
    """End somebody's access now; twice equals once."""
    with transaction() as session:
        accesses.end_access(session, actor(), path.member_id, path.access_id, clock.now())
    return Response(status=204)


def _shown(row: AccessGrant) -> AccessOut:
    return AccessOut(
        id=row.id,
        member_id=row.member_id,
        level=row.level,
        site_id=row.site_id,
        granted_at=row.granted_at,
        ends_at=row.ends_at,
    )
