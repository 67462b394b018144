"""Routes about maintenance, for fabmanagers of the site."""

from dataclasses import replace
from datetime import datetime

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem, ResourcePath
from fablab.api.schemas.maintenance import ActIn, ActList, ActOut, PlanIn, PlanList, PlanOut, PlanPatch, PlanPath
from fablab.catalog import maintenance
from fablab.catalog import queries as catalog
from fablab.catalog.maintenance import Done, DuePlan, PlanCard
from fablab.catalog.models import MaintenanceAct
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members.models import Role
from fablab.usage import upkeep

TAGS = [Tag(name="maintenance", description="What must be done again and again, and what was done")]


@api.get(
    "/resources/<int:resource_id>/maintenance-plans",
    tags=TAGS,
    summary="What it needs",
    responses={200: PlanList, 403: Problem},
)
def plan_list(path: ResourcePath) -> Response:
    """The plans of a resource that go on, the most pressing first; none while it is retired."""
    _check_own(path.resource_id)
    found = maintenance.plans(db.session(), clock.now(), resource_id=path.resource_id)
    return answer(PlanList(items=[_shown(item) for item in found]))


@api.post(
    "/resources/<int:resource_id>/maintenance-plans",
    tags=TAGS,
    summary="Plan maintenance",
    responses={201: PlanOut, **WRITES},
)
def add_plan(path: ResourcePath, body: PlanIn) -> Response:
    """Plan work on a resource; it counts from now."""
    now = clock.now()
    with transaction() as session:
        made = maintenance.add_plan(session, actor(), path.resource_id, PlanCard(**body.model_dump()), now).id
    return answer(_plan(made, now), 201)


@api.patch("/maintenance-plans/<int:plan_id>", tags=TAGS, summary="Change a plan", responses={200: PlanOut, **WRITES})
def edit_plan(path: PlanPath, body: PlanPatch) -> Response:
    """Change what is sent; what is not sent stays."""
    sent = body.model_dump(exclude_unset=True, exclude={"version"})
    sent = {key: value for key, value in sent.items() if value is not None or key.startswith("every_")}
    with transaction() as session:
        card = replace(maintenance.card_of(maintenance.plan(session, path.plan_id)), **sent)
        maintenance.edit_plan(session, actor(), path.plan_id, card, body.version)
    return answer(_plan(path.plan_id, clock.now()))


@api.delete("/maintenance-plans/<int:plan_id>", tags=TAGS, summary="End a plan", responses={204: None, 403: Problem})
def end_plan(path: PlanPath) -> Response:
    """Plan it no more; what was done stays."""
    with transaction() as session:
        maintenance.end_plan(session, actor(), path.plan_id, clock.now())
    return Response(status=204)


@api.get(
    "/resources/<int:resource_id>/maintenance-acts",
    tags=TAGS,
    summary="What was done to it",
    responses={200: ActList, 403: Problem},
)
def act_list(path: ResourcePath) -> Response:
    """What was done to a resource, the latest first."""
    _check_own(path.resource_id)
    return answer(ActList(items=[_act(row) for row in maintenance.acts_of(db.session(), path.resource_id)]))


@api.post(
    "/resources/<int:resource_id>/maintenance-acts",
    tags=TAGS,
    summary="Write down what was done",
    responses={201: ActOut, **WRITES},
)
def note_done(path: ResourcePath, body: ActIn) -> Response:
    """Write down what was done; its plan counts anew from then."""
    now = clock.now()
    done = Done(
        at=body.at or now, plan_id=body.plan_id, note=body.note, minutes=body.minutes, cost_cents=body.cost_cents
    )
    with transaction() as session:
        made = _act(upkeep.note_done(session, actor(), path.resource_id, done, now))
    return answer(made, 201)


def _check_own(resource_id: int) -> None:
    actor().needs_at_site(Role.FABMANAGER, catalog.resource(db.session(), resource_id).site_id)


def _plan(plan_id: int, now: datetime) -> PlanOut:
    return _shown(maintenance.due_plan(db.session(), plan_id, now))


def _shown(item: DuePlan) -> PlanOut:
    row, card, left = item.plan, maintenance.card_of(item.plan), item.due.seconds_left
    return PlanOut(
        id=row.id,
        resource_id=row.resource_id,
        title=row.title,
        instructions=row.instructions,
        every_days=card.every_days,
        every_hours=card.every_hours,
        counted_from=row.counted_from,
        standing=item.due.standing.name.lower(),
        due_on=item.due.on,
        hours_left=None if left is None else round(left / 3600, 2),
        version=row.version,
    )


def _act(row: MaintenanceAct) -> ActOut:
    return ActOut(
        id=row.id,
        resource_id=row.resource_id,
        plan_id=row.plan_id,
        at=row.done_at,
        by=row.by.name,
        note=row.note,
        minutes=row.minutes,
        cost_cents=row.cost_cents,
        used_seconds=row.used_seconds,
    )
