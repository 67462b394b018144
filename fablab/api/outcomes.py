"""Routes about what came of appointments, for the adviser and staff of the site."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.reservations import TAGS
from fablab.api.schemas import ReservationPath
from fablab.api.schemas.maintenance import OutcomeIn, OutcomeOut
from fablab.booking import outcomes
from fablab.booking.models import Outcome
from fablab.booking.outcomes import Noted
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.members import queries as members


@api.get(
    "/reservations/<int:reservation_id>/outcome", tags=TAGS, summary="What came of it", responses={200: OutcomeOut}
)
def outcome(path: ReservationPath) -> Response:
    """What came of an appointment; 404 while nobody has noted it, and for those who may not read it."""
    session, me = db.session(), actor()
    found = outcomes.outcome_of(session, me, outcomes.reservation_opened_by(session, me, path.reservation_id))
    if found is None:
        raise NotFound(f"outcome of reservation {path.reservation_id}")
    return answer(_shown(found))


@api.put(
    "/reservations/<int:reservation_id>/outcome",
    tags=TAGS,
    summary="Note what came of it",
    responses={200: OutcomeOut, **WRITES},
)
def note_outcome(path: ReservationPath, body: OutcomeIn) -> Response:
    """Write what came of an appointment that has begun, as its adviser or staff of its site."""
    noted = Noted(body.came, body.note, body.next_step)
    with transaction() as session:
        row = outcomes.note_outcome(session, actor(), path.reservation_id, noted, body.version, clock.now())
        made = _shown(row)
    return answer(made)


def _shown(row: Outcome) -> OutcomeOut:
    return OutcomeOut(
        reservation_id=row.reservation_id,
        came=row.came,
        note=row.note,
        next_step=row.next_step,
        noted_at=row.noted_at,
        noted_by=members.member(db.session(), row.noted_by_id).name,
        version=row.version,
    )
