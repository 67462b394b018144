"""Routes about measured use."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.periods import PAGE, following, period
from fablab.api.schemas import AmountOut, PageQuery, UsageList, UsageOut
from fablab.billing.charges import charges_of_sessions
from fablab.billing.models import Charge
from fablab.core.db import db
from fablab.core.money import rounded
from fablab.usage import queries
from fablab.usage.models import UsageSession

TAGS = [Tag(name="usage", description="What machines really did for you")]


@api.get("/usage", tags=TAGS, summary="One's own uses of a period", responses={200: UsageList})
def usage(query: PageQuery) -> Response:
    """One's own measured uses that began in a period of at most 62 days, with what they cost."""
    wanted = period(query)
    me = actor().member_id
    found = queries.sessions_of(db.session(), me, wanted, offset=query.offset, limit=PAGE + 1)
    charges = charges_of_sessions(db.session(), [row.id for row in found])
    items = [_shown(row, charges.get(row.id)) for row in found[:PAGE]]
    return answer(UsageList(items=items, next=following(query.offset, len(found))))


def _shown(row: UsageSession, charge: Charge | None) -> UsageOut:
    return UsageOut(
        id=row.id,
        resource_id=row.resource_id,
        resource=row.resource.name,
        reservation_id=row.reservation_id,
        account_id=row.account_id,
        project_id=row.project_id,
        nature=row.nature,
        start=row.started_at,
        end=row.ended_at,
        seconds=row.seconds,
        minutes=round(row.seconds / 60, 2),
        outcome=row.outcome,
        file_name=row.file_name,
        waits_for=row.review,
        amount=_amount(charge) if charge else None,
    )


def _amount(charge: Charge) -> AmountOut:
    return AmountOut(
        cents=rounded(charge.exact),
        price_cents=charge.price_cents,
        per_seconds=charge.per_seconds,
        gross=charge.gross,
    )
