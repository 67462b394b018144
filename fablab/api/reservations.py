"""Routes about reservations."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer, answer_rows
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.errors import refusal
from fablab.api.periods import PAGE, following, period
from fablab.api.schemas import (
    IdempotencyHeader,
    Problem,
    ReservationIn,
    ReservationList,
    ReservationOut,
    ReservationPath,
    ReservationsQuery,
)
from fablab.api.schemas.reservations import CheckOut, ExtensionIn, ReservationPatch, SlotOut
from fablab.api.schemas.terms import CancelQuery
from fablab.booking import moving, queries, services
from fablab.booking.models import Nature, Reservation
from fablab.booking.moving import Change
from fablab.booking.policy import rows
from fablab.booking.suggesting import Slot, what_would_work
from fablab.booking.wishes import Wish
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.core.text import line_of

TAGS = [Tag(name="reservations", description="Who has what when")]


@api.get("/reservations", tags=TAGS, summary="Reservations of a period", responses={200: ReservationList})
def reservations(query: ReservationsQuery) -> Response:
    """One's own reservations in a period of at most 62 days; staff get all of their sites."""
    found = queries.listed(
        db.session(), actor(), period(query), resource_id=query.resource, offset=query.offset, limit=PAGE + 1
    )
    return answer_rows(ReservationOut, found[:PAGE], following(query.offset, len(found)))


@api.post(
    "/reservations",
    tags=TAGS,
    summary="Reserve",
    responses={201: ReservationOut, 400: Problem, 403: Problem, 409: Problem},
)
def reserve(body: ReservationIn, header: IdempotencyHeader) -> Response:
    """Reserve, or hear every reason why not: 409 when somebody has it, 422 for any other reason."""
    wish = wish_for(body, header.idempotency_key)
    with transaction() as session:
        made = services.book(session, actor(), wish, clock.now()).id
    return answer(shown(queries.reservation(db.session(), made)), 201)


@api.post("/reservations/check", tags=TAGS, summary="May it be reserved?", responses={200: CheckOut, 403: Problem})
def check_reservation(body: ReservationIn) -> Response:
    """Every reason why not, the rules that hold for it, and what would work; nothing is reserved."""
    session, now, wish = db.session(), clock.now(), wish_for(body, None)
    verdict = services.verdict_on(session, actor(), wish, now)
    names = rows.names(session)
    slots = what_would_work(session, wish, now) if verdict.reasons else []
    return answer(
        CheckOut(
            may=not verdict.reasons,
            refusals=[refusal(item) for item in verdict.reasons],
            rules=[item.sentence(names) for item in verdict.rulings],
            would_work=[shown_slot(item) for item in slots],
            gives_way=verdict.gives_way,
        )
    )


@api.patch("/reservations/<int:reservation_id>", tags=TAGS, summary="Move", responses={200: ReservationOut, **WRITES})
def move_reservation(path: ReservationPath, body: ReservationPatch) -> Response:
    """Give it another resource or another time: its member under the lab's rules, or staff of the site."""
    seen = queries.reservation_seen_by(db.session(), actor(), path.reservation_id)
    start, end = body.start or seen.starts_at, body.end or seen.ends_at
    if start >= end:
        raise Refused.because("ends_before_start", _("A reservation ends after it starts."))
    wanted = Change(
        resource_id=body.resource_id, period=Period(start, end), reason=line_of(body.reason), version=body.version
    )
    with transaction() as session:
        moving.change(session, actor(), path.reservation_id, wanted, clock.now())
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


@api.post(
    "/reservations/<int:reservation_id>/extension",
    tags=TAGS,
    summary="Go on",
    responses={200: ReservationOut, **WRITES},
)
def extend_reservation(path: ReservationPath, body: ExtensionIn) -> Response:
    """Go on until then, if nobody follows and the rules about going on allow it."""
    with transaction() as session:
        moving.extend(session, actor(), path.reservation_id, body.end, clock.now())
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


@api.post(
    "/reservations/<int:reservation_id>/end", tags=TAGS, summary="Leave", responses={200: ReservationOut, **WRITES}
)
def end_reservation(path: ReservationPath) -> Response:
    """Leave early and give the rest back; twice equals once."""
    with transaction() as session:
        moving.end_now(session, actor(), path.reservation_id, clock.now())
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


@api.delete("/reservations/<int:reservation_id>", tags=TAGS, summary="Cancel", responses={200: ReservationOut})
def cancel(path: ReservationPath, query: CancelQuery) -> Response:
    """Give a place back; cancelling twice equals once. Where it costs money, say how much the caller agrees to."""
    with transaction() as session:
        services.cancel(session, actor(), path.reservation_id, clock.now(), agreed_cents=query.agreed_cents)
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


def wish_for(body: ReservationIn, request_key: str | None) -> Wish:
    """What somebody asks for; Refused where it makes no sense."""
    if body.start >= body.end:
        raise Refused.because("ends_before_start", _("A reservation ends after it starts."))
    try:
        nature = Nature(body.nature)
    except ValueError:
        text = _("The nature is one of: %(natures)s.", natures=", ".join(Nature))
        raise Refused.because("nature_unknown", text) from None
    return Wish(
        resource_id=body.resource_id,
        period=Period(body.start, body.end),
        member_id=body.member_id or actor().member_id,
        account_id=body.account_id,
        project_id=body.project_id,
        nature=nature,
        places=body.places,
        request_key=request_key,
        job=body.job,
        guests=body.guests,
        companion_id=body.companion_id,
        override_reason=body.override_reason,
        passes_first=body.passes_first,
    )


def shown_slot(item: Slot) -> SlotOut:
    """A time that would work, as the API answers it."""
    return SlotOut(
        resource_id=item.resource_id,
        resource=item.name,
        site_id=item.site_id,
        site=item.site,
        start=item.period.start,
        end=item.period.end,
    )


def shown(row: Reservation) -> ReservationOut:
    """A reservation as the API answers it."""
    return ReservationOut(
        id=row.id,
        resource_id=row.resource_id,
        resource=row.resource.name,
        start=row.starts_at,
        end=row.ends_at,
        state=row.state,
        nature=row.nature,
        places=row.places,
        member_id=row.member_id,
        member=row.member.name,
        account_id=row.account_id,
        project_id=row.project_id,
        job=row.job,
        guests=row.guests,
        companion_id=row.companion_id,
        started_at=row.started_at,
        checked_in_at=row.checked_in_at,
        returned_at=row.returned_at,
        review=row.review,
        review_by=row.review_by,
        version=row.version,
    )
