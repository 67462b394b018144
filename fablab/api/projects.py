"""Routes about projects, and about who is named in them."""

from dataclasses import replace

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.accounts import (
    AccountPath,
    ProjectIn,
    ProjectMemberPath,
    ProjectOut,
    ProjectPatch,
    ProjectPath,
    ProjectsList,
    ProjectsQuery,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members.models import Project
from fablab.members.organisations import projects, rights
from fablab.members.organisations.projects import ProjectCard

TAGS = [Tag(name="projects", description="What the use of an account is for")]


@api.get("/projects", tags=TAGS, summary="Projects", responses={200: ProjectsList})
def project_list(query: ProjectsQuery) -> Response:
    """The open projects that the caller may name; of an account that they keep, all of its projects."""
    session, me = db.session(), actor()
    if query.account_id is None:
        rows = projects.usable_by(session, me.member_id)
    elif rights.sight(session, me, query.account_id).may_see_people:
        rows = projects.all_of(session, query.account_id)
    else:
        rows = [row for row in projects.usable_by(session, me.member_id) if row.account_id == query.account_id]
    return answer(ProjectsList(items=_shown(rows)))


@api.post(
    "/accounts/<int:account_id>/projects", tags=TAGS, summary="Begin a project", responses={201: ProjectOut, **WRITES}
)
def add_project(path: AccountPath, body: ProjectIn) -> Response:
    """Begin a project; for the account's owners, treasurers and administrators."""
    card = ProjectCard(**body.model_dump(exclude={"member_ids"}), member_ids=tuple(body.member_ids))
    with transaction() as session:
        made = projects.add(session, actor(), path.account_id, card, clock.now())
        shown = _shown([made])[0]
    return answer(shown, 201)


@api.get("/projects/<int:project_id>", tags=TAGS, summary="A project", responses={200: ProjectOut})
def one_project(path: ProjectPath) -> Response:
    """A project that the caller may name, or whose account they keep."""
    return answer(_shown([projects.seen(db.session(), actor(), path.project_id)])[0])


@api.patch("/projects/<int:project_id>", tags=TAGS, summary="Edit a project", responses={200: ProjectOut, **WRITES})
def edit_project(path: ProjectPath, body: ProjectPatch) -> Response:
    """Change a project, close it or open it again; for the account's owners, treasurers and administrators."""
    sent = body.model_dump(exclude_unset=True, exclude={"version"})
    sent = {key: value for key, value in sent.items() if value is not None or key == "monthly_cap_cents"}
    if "member_ids" in sent:
        sent["member_ids"] = tuple(sent["member_ids"])
    with transaction() as session:
        row = projects.seen(session, actor(), path.project_id)
        card = replace(projects.card_of(session, row), **sent)
        made = _shown([projects.edit(session, actor(), path.project_id, card, body.version, clock.now())])[0]
    return answer(made)


@api.put(
    "/projects/<int:project_id>/members/<int:member_id>",
    tags=TAGS,
    summary="Name somebody in a project",
    responses={204: None, 403: Problem, 409: Problem},
)
def name_in_project(path: ProjectMemberPath) -> Response:
    """Name somebody of the account in a project of its; twice equals once."""
    _name(path, named=True)
    return Response(status=204)


@api.delete(
    "/projects/<int:project_id>/members/<int:member_id>",
    tags=TAGS,
    summary="Name somebody no longer",
    responses={204: None, 403: Problem, 409: Problem},
)
def unname_in_project(path: ProjectMemberPath) -> Response:
    """Name somebody in a project no longer; twice equals once."""
    _name(path, named=False)
    return Response(status=204)


def _name(path: ProjectMemberPath, *, named: bool) -> None:
    with transaction() as session:
        row = projects.seen(session, actor(), path.project_id)
        rights.edited(session, actor(), row.account_id)
        session.refresh(row)
        card = projects.card_of(session, row)
        member_ids = {*card.member_ids, path.member_id} if named else {*card.member_ids} - {path.member_id}
        if member_ids != {*card.member_ids}:
            card = replace(card, member_ids=tuple(sorted(member_ids)))
            projects.edit(session, actor(), path.project_id, card, row.version, clock.now())


def _shown(rows: list[Project]) -> list[ProjectOut]:
    session = db.session()
    named = projects.named_in(session, [row.id for row in rows])
    kept = {key: rights.keeps(session, actor(), key) for key in {row.account_id for row in rows}}
    return [
        ProjectOut(
            id=row.id,
            account_id=row.account_id,
            name=row.name,
            is_open=row.closed_at is None,
            only_named=row.only_named,
            purchase_order=row.purchase_order if kept[row.account_id] else None,
            monthly_cap_cents=row.monthly_cap_cents if kept[row.account_id] else None,
            member_ids=[member.id for member in named[row.id]] if kept[row.account_id] else None,
            version=row.version,
        )
        for row in rows
    ]
