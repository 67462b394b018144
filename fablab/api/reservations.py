"""Routes about reservations."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
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
from fablab.booking import queries, services
from fablab.booking.models import Nature, Reservation
from fablab.booking.services import Wish
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.sites import queries as sites

TAGS = [Tag(name="reservations", description="Who has what when")]


@api.get("/reservations", tags=TAGS, summary="Reservations of a period", responses={200: ReservationList})
def reservations(query: ReservationsQuery) -> Response:
    """One's own reservations in a period of at most 62 days; staff get all of their sites."""
    me = actor()
    all_sites = [site.id for site in sites.sites(db.session())]
    found = queries.reservations(
        db.session(),
        period(query),
        member_id=me.member_id,
        or_sites=me.sites_of(Role.FABMANAGER, all_sites),
        resource_id=query.resource,
        offset=query.offset,
        limit=PAGE + 1,
    )
    items = [shown(row) for row in found[:PAGE]]
    return answer(ReservationList(items=items, next=following(query.offset, len(found))))


@api.post(
    "/reservations",
    tags=TAGS,
    summary="Reserve",
    responses={201: ReservationOut, 400: Problem, 403: Problem, 409: Problem},
)
def reserve(body: ReservationIn, header: IdempotencyHeader) -> Response:
    """Reserve, or hear every reason why not: 409 when somebody has it, 422 for any other reason."""
    if body.start >= body.end:
        raise Refused.because("ends_before_start", _("A reservation ends after it starts."))
    try:
        nature = Nature(body.nature)
    except ValueError:
        text = _("The nature is one of: %(natures)s.", natures=", ".join(Nature))
        raise Refused.because("nature_unknown", text) from None
    wish = Wish(
        resource_id=body.resource_id,
        period=Period(body.start, body.end),
        member_id=body.member_id or actor().member_id,
        account_id=body.account_id,
        project_id=body.project_id,
        nature=nature,
        places=body.places,
        request_key=header.idempotency_key,
    )
    with transaction() as session:
        made = services.book(session, actor(), wish, clock.now()).id
    return answer(shown(queries.reservation(db.session(), made)), 201)


@api.delete("/reservations/<int:reservation_id>", tags=TAGS, summary="Cancel", responses={200: ReservationOut})
def cancel(path: ReservationPath) -> Response:
    """Give a place back; cancelling twice equals once."""
    with transaction() as session:
        services.cancel(session, actor(), path.reservation_id, clock.now())
    return answer(shown(queries.reservation(db.session(), path.reservation_id)))


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
        started_at=row.started_at,
        version=row.version,
    )
