"""Routes about what is reported: problems for everybody, injuries and near misses for staff of the site."""

from flask import Response, request
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.periods import PAGE, following
from fablab.api.schemas import Problem
from fablab.api.schemas.reported import (
    EntryOut,
    ReportedList,
    ReportedOut,
    ReportedPatch,
    ReportedPath,
    ReportedQuery,
    ReportedWhole,
    ReportIn,
)
from fablab.catalog import models, problems
from fablab.catalog import problem_queries as queries
from fablab.catalog.models import ProblemKind, ProblemState
from fablab.catalog.problem_queries import Wanted
from fablab.catalog.problems import Report, Step
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.sites import queries as sites

TAGS = [Tag(name="problems", description="What is wrong, and what becomes of it")]


@api.get("/problems", tags=TAGS, summary="What is reported", responses={200: ReportedList})
def problem_list(query: ReportedQuery) -> Response:
    """Problems, the latest first; injuries and near misses are among them for staff of the site only."""
    wanted = Wanted(
        site_ids=None if query.site is None else (query.site,),
        resource_id=query.resource,
        states=tuple(ProblemState) if query.state is None else (ProblemState(query.state),),
    )
    all_sites = [row.id for row in sites.sites(db.session())]
    found = queries.problems(db.session(), actor(), all_sites, wanted, offset=query.offset, limit=PAGE + 1)
    items = [ReportedOut(**_values(row)) for row in found[:PAGE]]
    return answer(ReportedList(items=items, next=following(query.offset, len(found))))


@api.post("/problems", tags=TAGS, summary="Report", responses={201: ReportedOut, 400: Problem})
def report(body: ReportIn) -> Response:
    """Say that something is wrong. What only staff may read is answered once, and never shown to its reporter again."""
    me = actor().member_id
    said = Report(site_id=body.site_id or 0, resource_id=body.resource_id, kind=ProblemKind(body.kind), text=body.text)
    with transaction() as session:
        problems.count_attempt(session, me, request.remote_addr or "", clock.now())
    with transaction() as session:
        made = ReportedOut(**_values(problems.report(session, me, said, clock.now())))
    return answer(made, 201)


@api.get("/problems/<int:problem_id>", tags=TAGS, summary="One problem", responses={200: ReportedWhole})
def problem(path: ReportedPath) -> Response:
    """A problem with its log."""
    return answer(_whole(path.problem_id))


@api.patch(
    "/problems/<int:problem_id>",
    tags=TAGS,
    summary="Bring it further",
    responses={200: ReportedWhole, 400: Problem, 403: Problem, 409: Problem},
)
def advance(path: ReportedPath, body: ReportedPatch) -> Response:
    """Give it to somebody, wait for parts, call it fixed, open it again, or comment; for staff of its site."""
    step = Step(
        state=None if body.state is None else ProblemState(body.state),
        assigned_to_id=body.assigned_to_id,
        waiting_for=body.waiting_for,
        comment=body.comment,
    )
    with transaction() as session:
        problems.advance(session, actor(), path.problem_id, step, body.version, clock.now())
    return answer(_whole(path.problem_id))


@api.put("/problems/<int:problem_id>/following", tags=TAGS, summary="Follow it", responses={204: None})
def follow(path: ReportedPath) -> Response:
    """Be told what becomes of a problem; twice equals once."""
    with transaction() as session:
        problems.follow(session, actor(), path.problem_id)
    return Response(status=204)


@api.delete("/problems/<int:problem_id>/following", tags=TAGS, summary="Follow it no more", responses={204: None})
def unfollow(path: ReportedPath) -> Response:
    """Be told no more about it; twice equals once."""
    with transaction() as session:
        problems.unfollow(session, actor(), path.problem_id)
    return Response(status=204)


def _whole(problem_id: int) -> ReportedWhole:
    session, me = db.session(), actor()
    row = queries.problem(session, me, problem_id)
    is_staff = queries.is_staff_of(me, row)
    log = [
        EntryOut(at=line.at, state=line.state, text=line.text, by=line.by.name if is_staff and line.by else None)
        for line in queries.entries_of(session, problem_id)
    ]
    return ReportedWhole(log=log, follows=queries.follows(session, me.member_id, problem_id), **_values(row))


def _values(row: models.Problem) -> dict[str, object]:
    is_staff = queries.is_staff_of(actor(), row)
    reporter = row.reporter.name if row.reporter else row.reporter_name or None
    return {
        "id": row.id,
        "site_id": row.site_id,
        "site": row.site.name,
        "resource_id": row.resource_id,
        "resource": row.resource.name if row.resource else None,
        "kind": row.kind,
        "text": row.text,
        "state": row.state,
        "waiting_for": row.waiting_for,
        "reported_at": row.reported_at,
        "fixed_at": row.fixed_at,
        "reporter_id": row.reporter_id if is_staff else None,
        "reporter": reporter if is_staff else None,
        "assigned_to_id": row.assigned_to_id if is_staff else None,
        "assigned_to": row.assigned_to.name if is_staff and row.assigned_to else None,
        "has_photo": row.photo_id is not None,
        "version": row.version,
    }
