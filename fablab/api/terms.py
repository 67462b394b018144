"""Routes about the terms of reservations: checking in, starting now, what giving back costs, and requests."""

from datetime import timedelta

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.reservations import TAGS, shown
from fablab.api.schemas import IdempotencyHeader, Problem, ReservationOut, ReservationPath
from fablab.api.schemas.terms import (
    CancellationOut,
    ExpectedList,
    ExpectedOut,
    FeeOut,
    MissingList,
    RequestList,
    ReturnIn,
    ReviewIn,
    WaiverIn,
    WalkInIn,
)
from fablab.booking import checking_in, fees, queries, returning, reviewing, services, telling
from fablab.booking.models import ReservationFee
from fablab.booking.wishes import Wish
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.period import Period

ONE = "/reservations/<int:reservation_id>"


@api.post(f"{ONE}/check-in", tags=TAGS, summary="Check in", responses={200: ReservationOut, **WRITES})
def check_in(path: ReservationPath) -> Response:
    """Say that they are there: the member, who answers for them, or hosts of the site; twice equals once."""
    with transaction() as session:
        checking_in.check_in(session, actor(), path.reservation_id, clock.now())
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


@api.get("/expected-reservations", tags=TAGS, summary="Who is expected", responses={200: ExpectedList, 403: Problem})
def expected_reservations() -> Response:
    """Today's reservations of members at the sites where the caller is a host."""
    found = checking_in.expected(db.session(), actor(), clock.now())
    items = [
        ExpectedOut(
            reservation=shown(item.reservation),
            check_in_from=item.window.opens_at if item.window else None,
            check_in_by=item.window.closes_at if item.window else None,
        )
        for item in found
    ]
    return answer(ExpectedList(items=items))


@api.post("/walk-ins", tags=TAGS, summary="Start now", responses={201: ReservationOut, **WRITES})
def start_now(body: WalkInIn, header: IdempotencyHeader) -> Response:
    """Reserve from now on and begin at once, if it is free and the lab's rules allow it."""
    now = clock.now()
    wish = Wish(
        resource_id=body.resource_id,
        period=Period(now, now + timedelta(minutes=body.minutes)),
        member_id=actor().member_id,
        account_id=body.account_id,
        project_id=body.project_id,
        request_key=header.idempotency_key,
        places=body.places,
        job=body.job,
        guests=body.guests,
        companion_id=body.companion_id,
    )
    with transaction() as session:
        made = services.walk_in(session, actor(), wish, now).id
    return answer(shown(queries.reservation(db.session(), made)), 201)


@api.get(f"{ONE}/cancellation", tags=TAGS, summary="What giving back costs", responses={200: CancellationOut})
def cost_of_cancelling(path: ReservationPath) -> Response:
    """What giving it back now costs: nothing is asked for that was not told before."""
    session, me = db.session(), actor()
    row = queries.reservation_seen_by(session, me, path.reservation_id)
    told = telling.before_cancelling(session, me, row, clock.now())
    return answer(
        CancellationOut(
            costs=bool(told.sentences),
            sentences=list(told.sentences),
            strikes=told.is_struck or told.cost.strikes,
            strikes_if_taken=told.is_struck,
            cents=told.cost.cents,
            cents_if_taken=told.cost.cents_if_taken,
            waits=told.cost.waits,
        )
    )


@api.get(f"{ONE}/fee", tags=TAGS, summary="What it came to", responses={200: FeeOut})
def fee(path: ReservationPath) -> Response:
    """What a reservation costs that was given back late or missed; 404 where it costs nothing."""
    return answer(_fee(fees.fee_seen_by(db.session(), actor(), path.reservation_id)))


@api.post(f"{ONE}/return", tags=TAGS, summary="Bring back", responses={200: ReservationOut, **WRITES})
def bring_back(path: ReservationPath, body: ReturnIn) -> Response:
    """Say when it was brought back: hosts of its site; said twice, the first time counts."""
    now = clock.now()
    with transaction() as session:
        returning.bring_back(session, actor(), path.reservation_id, body.at or now, now)
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


@api.get("/missing-returns", tags=TAGS, summary="To be brought back", responses={200: MissingList})
def missing_returns() -> Response:
    """What should have been brought back by now to the sites where the caller is a host."""
    found = returning.missing(db.session(), actor(), clock.now())
    return answer(MissingList(items=[shown(row) for row in found]))


@api.post(f"{ONE}/fee/waiver", tags=TAGS, summary="Let nobody pay for it", responses={200: FeeOut, **WRITES})
def waive_fee(path: ReservationPath, body: WaiverIn) -> Response:
    """Staff of the site say why nobody pays for it; twice equals once."""
    with transaction() as session:
        made = _fee(fees.waive(session, actor(), path.reservation_id, body.reason, clock.now()))
    return answer(made)


@api.get("/reservation-requests", tags=TAGS, summary="Requests", responses={200: RequestList, 403: Problem})
def reservation_requests() -> Response:
    """What waits for approval at the sites of which the caller is a fabmanager."""
    found = reviewing.requests(db.session(), actor(), clock.now())
    return answer(RequestList(items=[shown(row) for row in found]))


@api.post(f"{ONE}/review", tags=TAGS, summary="Approve or decline", responses={200: ReservationOut, **WRITES})
def review_reservation(path: ReservationPath, body: ReviewIn) -> Response:
    """Decide about a request as staff of its site; declining gives its time back and says why."""
    me, now = actor(), clock.now()
    with transaction() as session:
        if body.approved:
            reviewing.approve(session, me, path.reservation_id, body.version, now)
        else:
            reviewing.decline(session, me, path.reservation_id, body.reason, body.version, now)
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


def _fee(row: ReservationFee) -> FeeOut:
    return FeeOut(
        reservation_id=row.reservation_id,
        act=row.act,
        cents=row.cents,
        cents_if_taken=row.cents_if_taken,
        settle_at=row.settle_at,
        settled_at=row.settled_at,
        due_cents=row.due_cents,
        was_taken=row.was_taken,
        waived_at=row.waived_at,
        waived_why=row.waived_why,
    )
