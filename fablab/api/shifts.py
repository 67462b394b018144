"""Routes about shifts, for hosts, trainers and fabmanagers."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.periods import period
from fablab.api.schemas import Problem
from fablab.api.schemas.shifts import (
    DutyChange,
    DutyIn,
    DutyOut,
    DutyPath,
    NoteIn,
    NoteList,
    NoteOut,
    ShiftIn,
    ShiftList,
    ShiftOut,
    ShiftPatch,
    ShiftPath,
    ShiftsQuery,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.shifts import plan, queries, services
from fablab.shifts.models import Duty, DutyState, HandoverNote, Shift
from fablab.shifts.plan import ShiftCard
from fablab.sites import queries as sites

TAGS = [Tag(name="shifts", description="Who is there, when")]


@api.get("/shifts", tags=TAGS, summary="Shifts of a period", responses={200: ShiftList, 403: Problem})
def shifts(query: ShiftsQuery) -> Response:
    """The shifts of a period of at most 62 days, at the sites where the caller is a host or more."""
    me = actor()
    me.needs_anywhere(Role.HOST)
    own = me.sites_of(Role.HOST, [site.id for site in sites.sites(db.session())])
    wanted = [site_id for site_id in own if query.site in (None, site_id)]
    found = queries.shifts(db.session(), wanted, period(query))
    return answer(ShiftList(items=[_shown(row) for row in found]))


@api.post("/shifts", tags=TAGS, summary="Add a shift", responses={201: ShiftOut, 403: Problem})
def add(body: ShiftIn) -> Response:
    """Add a shift beside those of the timetable, as a fabmanager of the site."""
    if body.start >= body.end:
        raise Refused.because("ends_before_start", _("A shift ends after it starts."))
    card = ShiftCard(
        period=Period(body.start, body.end), minimum=body.minimum, course_id=body.course_id, note=body.note
    )
    with transaction() as session:
        made = plan.add_shift(session, actor(), body.site_id, card, clock.now()).id
    return answer(_shown(queries.shift(db.session(), made)), 201)


@api.get("/shifts/<int:shift_id>", tags=TAGS, summary="One shift", responses={200: ShiftOut, 403: Problem})
def shift(path: ShiftPath) -> Response:
    """A shift with its people, for hosts of its site."""
    return answer(_shown(_seen(path.shift_id)))


@api.patch("/shifts/<int:shift_id>", tags=TAGS, summary="Edit a shift", responses={200: ShiftOut, **WRITES})
def edit(path: ShiftPath, body: ShiftPatch) -> Response:
    """Change what is sent, as a fabmanager of the site; who has taken it is told of other times."""
    with transaction() as session:
        row = queries.shift(session, path.shift_id)
        start, end = body.start or row.starts_at, body.end or row.ends_at
        if start >= end:
            raise Refused.because("ends_before_start", _("A shift ends after it starts."))
        card = ShiftCard(
            period=Period(start, end),
            minimum=body.minimum or row.minimum,
            course_id=body.course_id if "course_id" in body.model_fields_set else row.course_id,
            note=row.note if body.note is None else body.note,
        )
        plan.edit_shift(session, actor(), path.shift_id, card, body.version, clock.now())
    return answer(_shown(queries.shift(db.session(), path.shift_id)))


@api.get("/shifts/<int:shift_id>/notes", tags=TAGS, summary="What was handed over", responses={200: NoteList})
def notes(path: ShiftPath) -> Response:
    """What those who were there before tell those of a shift, for hosts of its site."""
    rows = queries.notes_of(db.session(), _seen(path.shift_id).site_id, clock.now())
    return answer(NoteList(items=[_note(row) for row in rows]))


@api.post("/shifts/<int:shift_id>/notes", tags=TAGS, summary="Hand something over", responses={201: NoteOut, **WRITES})
def leave_note(path: ShiftPath, body: NoteIn) -> Response:
    """Tell those of the next shifts something, as one of those of this shift or staff there."""
    with transaction() as session:
        made = _note(services.leave_note(session, actor(), path.shift_id, body.text, clock.now()))
    return answer(made, 201)


@api.delete("/shifts/<int:shift_id>", tags=TAGS, summary="Withdraw a shift", responses={204: None, 403: Problem})
def withdraw(path: ShiftPath) -> Response:
    """Take a shift off the plan, as a fabmanager of the site; who had taken it is told."""
    with transaction() as session:
        plan.withdraw_shift(session, actor(), path.shift_id, clock.now())
    return Response(status=204)


@api.post("/shifts/<int:shift_id>/duties", tags=TAGS, summary="Take a shift", responses={201: DutyOut})
def take(path: ShiftPath, body: DutyIn) -> Response:
    """Take a shift, or as a fabmanager give it to somebody."""
    with transaction() as session:
        made = services.take(session, actor(), path.shift_id, clock.now(), member_id=body.member_id).id
    return answer(_duty(queries.duty(db.session(), made)), 201)


@api.patch("/duties/<int:duty_id>", tags=TAGS, summary="Confirm, drop or swap", responses={200: DutyOut})
def change(path: DutyPath, body: DutyChange) -> Response:
    """Confirm or drop a duty, ask for a replacement or a swap, or say yes to one."""
    who, now, key = actor(), clock.now(), path.duty_id
    with transaction() as session:
        if body.act == "drop":
            duty = services.drop(session, who, key, body.reason, now)
        elif body.act == "missed":
            duty = services.mark_missed(session, who, key, body.reason, now)
        elif body.act == "offer":
            duty = services.offer(session, who, key, now, in_exchange_for=body.in_exchange_for)
        else:
            simple = {
                "confirm": services.confirm,
                "withdraw_offer": services.withdraw_offer,
                "accept": services.accept,
            }
            duty = simple[body.act](session, who, key, now)
        changed = duty.id
    return answer(_duty(queries.duty(db.session(), changed)))


def _seen(shift_id: int) -> Shift:
    found = queries.shift(db.session(), shift_id)
    actor().needs_at_site(Role.HOST, found.site_id)
    return found


def _note(row: HandoverNote) -> NoteOut:
    return NoteOut(
        id=row.id,
        shift_id=row.shift_id,
        member_id=row.member_id,
        member=row.member.name,
        at=row.at,
        text=row.text,
    )


def _shown(row: Shift) -> ShiftOut:
    return ShiftOut(
        id=row.id,
        site_id=row.site_id,
        site=row.site.name,
        start=row.starts_at,
        end=row.ends_at,
        minimum=row.minimum,
        missing=services.missing(row),
        course_id=row.course_id,
        course=row.course.name if row.course else None,
        note=row.note,
        duties=[_duty(duty) for duty in row.duties if DutyState(duty.state).stands],
        version=row.version,
    )


def _duty(row: Duty) -> DutyOut:
    return DutyOut(
        id=row.id,
        shift_id=row.shift_id,
        member_id=row.member_id,
        member=row.member.name,
        state=row.state,
        offered=row.offered_at is not None,
        in_exchange_for=row.in_exchange_for_id,
    )
