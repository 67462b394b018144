"""Routes about presence: who is in, who came, arriving, leaving, mending."""

from dataclasses import replace
from datetime import datetime

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.periods import PAGE, following, period
from fablab.api.schemas import IdempotencyHeader, PeriodQuery, Problem
from fablab.api.schemas.presence import (
    ArrivalIn,
    ArrivalList,
    ArrivalOut,
    ArrivalPatch,
    ArrivalPath,
    ArrivalsQuery,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.presence import corrections, queries, rules, services
from fablab.presence.models import Arrival, Recorded
from fablab.presence.services import Coming
from fablab.presence.wording import public_name, reason_name

TAGS = [Tag(name="presence", description="Who came, why, and who is in")]


@api.get("/arrivals", tags=TAGS, summary="Who came, or is in", responses={200: ArrivalList, 403: Problem})
def arrivals(query: ArrivalsQuery) -> Response:
    """The arrivals at a site in a period, or with `present` of those who are in now, for hosts of the site; without a
    site one's own, the latest first.
    """
    session, now = db.session(), clock.now()
    if query.site_id is None:
        found = _own(query)
    elif query.present:
        rows = [item.arrival for item in services.roll_call(session, actor(), query.site_id, now)]
        found = rows[query.offset : query.offset + PAGE + 1]
    else:
        actor().needs_at_site(Role.HOST, query.site_id)
        within = _period(query)
        found = queries.arrivals(session, query.site_id, within, offset=query.offset, limit=PAGE + 1)
    return answer(ArrivalList(items=_shown(found[:PAGE], now), next=following(query.offset, len(found))))


@api.post("/arrivals", tags=TAGS, summary="Arrive", responses={201: ArrivalOut, **WRITES})
def arrive(body: ArrivalIn, header: IdempotencyHeader) -> Response:
    """Write down that the caller has arrived, or for hosts of the site that somebody else, a guest or a group has. Who
    is there already stays there; who is elsewhere has left there.
    """
    is_guest = body.guest or bool(body.guest_name) or bool(body.label) or body.headcount > 1
    coming = Coming(
        **body.model_dump(exclude={"member_id", "guest"}),
        member_id=body.member_id if body.member_id or is_guest else actor().member_id,
        recorded=Recorded.API,
        request_key=header.idempotency_key,
    )
    now = clock.now()
    with transaction() as session:
        made = services.arrive(session, actor(), coming, now).id
    return answer(_shown([queries.arrival(db.session(), made)], now)[0], 201)


@api.patch("/arrivals/<int:arrival_id>", tags=TAGS, summary="Leave, or mend", responses={200: ArrivalOut, **WRITES})
def edit_arrival(path: ArrivalPath, body: ArrivalPatch) -> Response:
    """Write down that they have left, for themselves and hosts; or mend what was written down today, for hosts. The
    log says who mended what.
    """
    now, sent = clock.now(), body.model_dump(exclude_unset=True, exclude={"version", "departed"})
    with transaction() as session:
        if sent or body.departed is None:
            row = services.seen_by(session, actor(), path.arrival_id)
            may_be_empty = ("public_kind_id",)
            given = {key: value for key, value in sent.items() if value is not None or key in may_be_empty}
            card = replace(corrections.correction_of(row), **given)
            corrections.correct(session, actor(), row.id, card, body.version, now)
        if body.departed:
            services.depart(session, actor(), path.arrival_id, now)
        elif body.departed is False:
            corrections.reopen(session, actor(), path.arrival_id, now)
    return answer(_shown([queries.arrival(db.session(), path.arrival_id)], now)[0])


@api.delete("/arrivals/<int:arrival_id>", tags=TAGS, summary="Remove", responses={204: None, 403: Problem})
def remove_arrival(path: ArrivalPath) -> Response:
    """Take an arrival of today out of the book, since it was a mistake; for hosts of the site."""
    with transaction() as session:
        corrections.remove(session, actor(), path.arrival_id, clock.now())
    return Response(status=204)


def _own(query: ArrivalsQuery) -> list[Arrival]:
    session, me = db.session(), actor().member_id
    if query.present:
        row = queries.open_arrival_of(session, me)
        return [row] if row else []
    own = members.identities(session, me)
    return queries.arrivals_of(session, own, _period(query), offset=query.offset, limit=PAGE + 1)


def _period(query: ArrivalsQuery) -> Period:
    """Raises Refused where there is none, or it is too long."""
    if query.from_ is None or query.to is None:
        raise Refused.because("period_missing", _("Say “from” and “to”, or ask for those who are present."))
    return period(PeriodQuery(from_=query.from_, to=query.to))


def _shown(rows: list[Arrival], now: datetime) -> list[ArrivalOut]:
    ends = queries.ends_of(db.session(), [row for row in rows if row.departed_at is None], now)
    return [
        ArrivalOut(
            id=row.id,
            site_id=row.site_id,
            member_id=row.member_id,
            member=row.member.name if row.member else None,
            guest_name=row.guest_name,
            headcount=row.headcount,
            label=row.label,
            reason_id=row.reason_id,
            reason=reason_name(row.reason),
            public_kind_id=row.public_kind_id,
            public_kind=public_name(row.public_kind) if row.public_kind else None,
            arrived_at=row.arrived_at,
            departed_at=row.departed_at,
            ended=row.ended,
            recorded=row.recorded,
            unsure=row.id in ends and rules.is_unsure(ends[row.id], now),
            version=row.version,
        )
        for row in rows
    ]
