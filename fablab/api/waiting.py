"""Routes about waiting lists and what they offer."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.reservations import shown
from fablab.api.schemas import Problem, ReservationOut
from fablab.api.schemas.sites import SitePath
from fablab.api.schemas.waiting import OfferList, OfferOut, OfferPath, WaitIn, WaitList, WaitOut, WaitPath
from fablab.booking import queries as reservations
from fablab.booking.models import Offer, Wait
from fablab.booking.queue import answering, joining, queries, wording
from fablab.booking.queue.joining import WaitCard
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import guardians

TAGS = [Tag(name="waiting", description="Waiting for what is taken")]


@api.get("/waits", tags=TAGS, summary="What one waits for", responses={200: WaitList})
def own_waits() -> Response:
    """What the caller and those whom they answer for wait for."""
    session, now = db.session(), clock.now()
    found = queries.waits_of(session, guardians.people_of(session, actor().member_id), now)
    return answer(WaitList(items=[_wait(row) for row in found]))


@api.get(
    "/sites/<int:site_id>/waits", tags=TAGS, summary="Who waits at a site", responses={200: WaitList, 403: Problem}
)
def site_waits(path: SitePath) -> Response:
    """All who wait for something at a site, the first in line first; for its staff."""
    found = joining.line_at(db.session(), actor(), path.site_id, clock.now())
    return answer(WaitList(items=[_wait(row) for row in found]))


@api.post("/waits", tags=TAGS, summary="Join a waiting list", responses={201: WaitOut, **WRITES})
def join_line(body: WaitIn) -> Response:
    """Wait for time to free; or hear why that makes no sense, at once. The same wish twice is one."""
    if body.from_ >= body.to:
        raise Refused.because("ends_before_start", _("“to” must be later than “from”."))
    card = WaitCard(
        member_id=body.member_id or actor().member_id,
        within=Period(body.from_, body.to),
        minutes=body.minutes,
        resource_id=body.resource_id,
        category_id=body.category_id,
        site_id=body.site_id,
        places=body.places,
        guests=body.guests,
        job=body.job,
        account_id=body.account_id,
        project_id=body.project_id,
    )
    with transaction() as session:
        made = joining.join(session, actor(), card, clock.now()).id
    return answer(_wait(queries.wait(db.session(), made)), 201)


@api.delete("/waits/<int:wait_id>", tags=TAGS, summary="Leave a waiting list", responses={204: None, 409: Problem})
def leave_line(path: WaitPath) -> Response:
    """Wait no longer; what is offered goes to the next in line. Twice equals once."""
    with transaction() as session:
        joining.leave(session, actor(), path.wait_id, clock.now())
    return Response(status=204)


@api.get("/offers", tags=TAGS, summary="What is offered", responses={200: OfferList})
def own_offers() -> Response:
    """What the caller and those whom they answer for may accept now."""
    session, now = db.session(), clock.now()
    found = queries.offers_of(session, guardians.people_of(session, actor().member_id), now)
    return answer(OfferList(items=[_offer(row) for row in found]))


@api.post(
    "/offers/<int:offer_id>/acceptance", tags=TAGS, summary="Accept an offer", responses={201: ReservationOut, **WRITES}
)
def accept_offer(path: OfferPath) -> Response:
    """Make it a reservation; everything is judged once more. Twice equals once."""
    with transaction() as session:
        made = answering.accept(session, actor(), path.offer_id, clock.now()).id
    return answer(shown(reservations.reservation(db.session(), made)), 201)


@api.post("/offers/<int:offer_id>/refusal", tags=TAGS, summary="Decline an offer", responses={204: None, 409: Problem})
def decline_offer(path: OfferPath) -> Response:
    """Let the next in line have it, and go on waiting. Twice equals once."""
    with transaction() as session:
        answering.decline(session, actor(), path.offer_id, clock.now())
    return Response(status=204)


def _wait(row: Wait) -> WaitOut:
    return WaitOut(
        id=row.id,
        member_id=row.member_id,
        member=row.member.name,
        resource_id=row.resource_id,
        category_id=row.category_id,
        site_id=row.site_id,
        what=wording.what(row),
        **{"from": row.from_at},
        to=row.to_at,
        minutes=row.minutes,
        places=row.places,
        joined_at=row.joined_at,
        position=queries.place_in_line(db.session(), row, clock.now()),
    )


def _offer(row: Offer) -> OfferOut:
    return OfferOut(
        id=row.id,
        wait_id=row.wait_id,
        member_id=row.wait.member_id,
        resource_id=row.resource_id,
        resource=row.resource.name,
        site=row.resource.site.name,
        start=row.starts_at,
        end=row.ends_at,
        until=row.until,
    )
