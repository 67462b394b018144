"""Routes about handing reservations over."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.reservations import shown
from fablab.api.schemas import Problem, ReservationOut, ReservationPath
from fablab.api.schemas.waiting import HandedList, HandedOut, HandOverIn, HandOverOut, HandOverPath, TakeIn
from fablab.booking import queries as reservations
from fablab.booking.handing import giving, queries, taking
from fablab.booking.handing.taking import Take
from fablab.booking.models import HandOver
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import guardians

TAGS = [Tag(name="handing over", description="Leaving a reservation to another member")]


@api.put(
    "/reservations/<int:reservation_id>/hand-over",
    tags=TAGS,
    summary="Offer it to another member",
    responses={200: HandOverOut, **WRITES},
)
def give_reservation(path: ReservationPath, body: HandOverIn) -> Response:
    """Offer one's reservation to somebody, instead of to whom it was offered before; the answer is the same whether
    anybody is called so or not.
    """
    with transaction() as session:
        made = giving.offer(session, actor(), path.reservation_id, body.to, clock.now())
        said = _given(made)
    return answer(said)


@api.delete(
    "/reservations/<int:reservation_id>/hand-over",
    tags=TAGS,
    summary="Keep it after all",
    responses={204: None, 409: Problem},
)
def keep_reservation(path: ReservationPath) -> Response:
    """Offer it to nobody any more; twice equals once."""
    with transaction() as session:
        giving.withdraw(session, actor(), path.reservation_id, clock.now())
    return Response(status=204)


@api.get("/hand-overs", tags=TAGS, summary="What one may take over", responses={200: HandedList})
def handed_to_me() -> Response:
    """The reservations that others offer to the caller and to those whom they answer for."""
    session = db.session()
    found = queries.open_for(session, guardians.people_of(session, actor().member_id), clock.now())
    return answer(HandedList(items=[_handed(row) for row in found]))


@api.post(
    "/hand-overs/<int:hand_over_id>/acceptance",
    tags=TAGS,
    summary="Take a reservation over",
    responses={200: ReservationOut, **WRITES},
)
def take_reservation(path: HandOverPath, body: TakeIn) -> Response:
    """Take it under one's own rules and at one's own cost; twice equals once."""
    take = Take(account_id=body.account_id, project_id=body.project_id, version=body.version)
    with transaction() as session:
        made = taking.accept(session, actor(), path.hand_over_id, take, clock.now()).id
    return answer(shown(reservations.reservation(db.session(), made)))


@api.post(
    "/hand-overs/<int:hand_over_id>/refusal",
    tags=TAGS,
    summary="Leave it to its holder",
    responses={204: None, 409: Problem},
)
def refuse_reservation(path: HandOverPath) -> Response:
    """Say no; twice equals once."""
    with transaction() as session:
        giving.decline(session, actor(), path.hand_over_id, clock.now())
    return Response(status=204)


def _given(row: HandOver) -> HandOverOut:
    return HandOverOut(
        id=row.id, reservation_id=row.reservation_id, to=row.named, offered_at=row.offered_at, until=row.until
    )


def _handed(row: HandOver) -> HandedOut:
    held = row.reservation
    return HandedOut(
        id=row.id,
        reservation_id=held.id,
        holder=row.holder.name,
        resource_id=held.resource_id,
        resource=held.resource.name,
        start=held.starts_at,
        end=held.ends_at,
        until=row.until,
        version=held.version,
    )
