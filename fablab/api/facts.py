"""Routes about somebody's answers to the lab's questions, and the path of their project."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.impact import TAGS
from fablab.api.schemas import Problem
from fablab.api.schemas.impact import FactIn, FactList, FactOut, FactPath, StepIn, StepList, StepOut, StepPath
from fablab.api.schemas.network import MemberPath
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.impact import facts, paths
from fablab.impact.models import PathStep
from fablab.impact.paths import StepCard


@api.get("/members/<int:member_id>/facts", tags=TAGS, summary="Somebody's answers", responses={200: FactList})
def fact_list(path: MemberPath) -> Response:
    """What somebody answered; for themselves, their guardians, and fabmanagers of their site."""
    return answer(_facts(path.member_id))


@api.post("/members/<int:member_id>/facts", tags=TAGS, summary="Answer", responses={201: FactList, **WRITES})
def add_fact(path: MemberPath, body: FactIn) -> Response:
    """Answer a question, for oneself, a ward, or as a fabmanager for somebody who told it; the same answer again
    changes nothing.
    """
    with transaction() as session:
        answers = {body.kind_id: body.value}
        facts.answer(session, actor(), path.member_id, answers, clock.now(), since=body.valid_from)
    return answer(_facts(path.member_id), 201)


@api.delete(
    "/members/<int:member_id>/facts/<int:kind_id>",
    tags=TAGS,
    summary="Withdraw answers",
    responses={204: None, 403: Problem},
)
def withdraw_fact(path: FactPath) -> Response:
    """Take every answer to a question back; twice equals once."""
    with transaction() as session:
        facts.withdraw(session, actor(), path.member_id, path.kind_id, clock.now())
    return Response(status=204)


@api.get("/members/<int:member_id>/path", tags=TAGS, summary="Path of a project", responses={200: StepList})
def path_list(path: MemberPath) -> Response:
    """The stages that somebody's projects reached; for themselves, their guardians, and those who support them."""
    rows, may_write = paths.path_seen_by(db.session(), actor(), path.member_id)
    return answer(StepList(items=[_step(row, with_note=may_write) for row in rows]))


@api.post("/members/<int:member_id>/path", tags=TAGS, summary="Add a stage", responses={201: StepOut, **WRITES})
def add_step(path: MemberPath, body: StepIn) -> Response:
    """Write down that a project reached a stage; for fabmanagers, and advisers who had an appointment with them."""
    with transaction() as session:
        made = _step(paths.add_step(session, actor(), path.member_id, StepCard(**dict(body)), clock.now()))
    return answer(made, 201)


@api.delete(
    "/members/<int:member_id>/path/<int:step_id>",
    tags=TAGS,
    summary="Withdraw a stage",
    responses={204: None, 403: Problem},
)
def withdraw_step(path: StepPath) -> Response:
    """Take a stage back that was a mistake; twice equals once."""
    with transaction() as session:
        paths.withdraw_step(session, actor(), path.member_id, path.step_id, clock.now())
    return Response(status=204)


def _facts(member_id: int) -> FactList:
    asked = facts.asked_of(db.session(), actor(), member_id)
    return FactList(
        items=[
            FactOut(kind_id=row.kind_id, value=row.value, valid_from=row.valid_from, recorded_at=row.recorded_at)
            for item in asked
            for row in item.history
        ]
    )


def _step(row: PathStep, *, with_note: bool = True) -> StepOut:
    return StepOut(
        id=row.id,
        stage=row.stage,
        day=row.day,
        site_id=row.site_id,
        project=row.project,
        note=row.note if with_note else None,
    )
