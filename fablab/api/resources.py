"""Routes about what can be booked."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.decided import decisions
from fablab.api.periods import period
from fablab.api.schemas import (
    AvailabilityOut,
    BusyOut,
    LinkOut,
    LiveOut,
    PeriodOut,
    PeriodQuery,
    Problem,
    ResourceList,
    ResourceOut,
    ResourcePath,
    SpecOut,
)
from fablab.api.schemas.reported import StateIn
from fablab.booking import changes, free_time
from fablab.booking.changes import Outage
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource, ResourceState
from fablab.catalog.specs import specs_of
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.links import link
from fablab.core.period import Period
from fablab.members import rights
from fablab.members.models import Role
from fablab.training import queries as training
from fablab.usage import queries as usage
from fablab.usage.connections import sentence_of
from fablab.usage.models import Condition, LiveState, UsageSession

TAGS = [Tag(name="resources", description="What can be booked, and when it is free")]


@api.get("/resources", tags=TAGS, summary="Everything that can be booked", responses={200: ResourceList})
def resources() -> Response:
    """Every resource of the network that is not retired, with what its machine said last."""
    return answer(ResourceList(items=shown(catalog.resources(db.session()))))


@api.get("/resources/<int:resource_id>", tags=TAGS, summary="One resource", responses={200: ResourceOut})
def resource(path: ResourcePath) -> Response:
    """One resource with what its machine said last."""
    return answer(shown([catalog.resource(db.session(), path.resource_id)])[0])


@api.get(
    "/resources/<int:resource_id>/availability",
    tags=TAGS,
    summary="When a resource is free",
    responses={200: AvailabilityOut},
)
def availability(path: ResourcePath, query: PeriodQuery) -> Response:
    """When a resource is open, taken, and free from now on, within a period of at most 62 days."""
    wanted = catalog.resource(db.session(), path.resource_id)
    me, now = actor(), clock.now()
    levels = rights.access_as(db.session(), me, now)
    found = free_time.availability(db.session(), [wanted], period(query), now, levels)[0]
    staff = me.may_at_site(Role.FABMANAGER, wanted.site_id)
    body = AvailabilityOut(
        resource_id=wanted.id,
        **{"from": query.from_},
        to=query.to,
        slot_minutes=wanted.slot_minutes,
        open=[_period(item) for item in found.open],
        busy=[
            BusyOut(
                start=item.period.start,
                end=item.period.end,
                place=item.place,
                reservation_id=None
                if item.is_offer or not (staff or item.member_id == me.member_id)
                else item.reservation_id,
                mine=item.member_id == me.member_id,
            )
            for item in found.busy
        ],
        free=[_period(item) for item in found.free],
    )
    return answer(body)


@api.put(
    "/resources/<int:resource_id>/state",
    tags=TAGS,
    summary="Take out, or put back",
    responses={200: ResourceOut, 400: Problem, 403: Problem, 409: Problem},
)
def set_state(path: ResourcePath, body: StateIn) -> Response:
    """Say how a resource is; 409 lists the reservations that this touches, until there is a decision for each."""
    outage = Outage(state=ResourceState(body.state), version=body.version, note=body.note, until=body.until)
    with transaction() as session:
        changes.set_state(session, actor(), path.resource_id, outage, decisions(body), clock.now())
    return answer(shown([catalog.resource(db.session(), path.resource_id)])[0])


def _period(item: Period) -> PeriodOut:
    return PeriodOut(start=item.start, end=item.end)


def shown(rows: list[Resource]) -> list[ResourceOut]:
    """Resources as the caller may see them, in a fixed number of statements."""
    session = db.session()
    live = usage.live_states(session, [row.id for row in rows])
    needed = training.needed_for(session, rows)
    held = training.held_by(session, actor().member_id, clock.now())
    going_on = usage.open_sessions(session, [row.id for row in rows])
    fields = catalog.fields_of(session, {row.category_id for row in rows})
    links = catalog.links(session)
    return [
        ResourceOut(
            id=row.id,
            code=row.code,
            name=row.name,
            category_id=row.category_id,
            category=row.category.name,
            kind=row.category.kind,
            site_id=row.site_id,
            site=row.site.name,
            timezone=row.site.timezone,
            room=row.room.name if row.room else None,
            model=row.model,
            description=row.description,
            places=row.places,
            slot_minutes=row.slot_minutes,
            needs_staff=row.needs_staff,
            organisation=row.organisation,
            specs=[
                SpecOut(name=item.name, value=item.value, unit=item.unit)
                for item in specs_of(fields[row.category_id], row.specs)
            ],
            links=[
                LinkOut(resource_id=item.other_id, places=item.places) for item in links if item.resource_id == row.id
            ],
            state=row.state,
            state_note=row.state_note,
            state_until=row.state_until,
            photo=link(f"/pictures/resource/{row.id}") if row.photo_id else None,
            version=row.version,
            certificates=[course.name for course in needed[row.id]],
            may_use=all(course.id in held for course in needed[row.id]),
            live=_live(live[row.id], sees_file=_sees_file(row, going_on.get(row.id))) if row.id in live else None,
        )
        for row in rows
    ]


def _sees_file(resource: Resource, use: UsageSession | None) -> bool:
    """What is printed is for whoever prints it, and for staff."""
    me = actor()
    own = use is not None and use.member_id == me.member_id
    return own or me.may_at_site(Role.FABMANAGER, resource.site_id)


def _live(state: LiveState, *, sees_file: bool) -> LiveOut:
    return LiveOut(
        condition=state.condition,
        sentence=sentence_of(Condition(state.condition)),
        asked_at=state.asked_at,
        answered_at=state.answered_at,
        file_name=state.file_name if sees_file else None,
        progress=state.progress,
        remaining_seconds=state.remaining_seconds,
    )
