"""Routes about draws: what one wishes of a time that is drawn, and what was drawn."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.reservations import wish_for
from fablab.api.schemas import Problem
from fablab.api.schemas.draws import (
    AnnouncedOut,
    DrawEntryIn,
    DrawEntryList,
    DrawEntryOut,
    DrawEntryPath,
    DrawList,
    DrawOut,
)
from fablab.api.schemas.reservations import ReservationIn
from fablab.api.schemas.sites import SitePath
from fablab.booking.draws import entering, queries
from fablab.booking.models import DrawEntry
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import guardians
from fablab.sites import queries as sites

TAGS = [Tag(name="draws", description="Scarce times that are drawn")]


@api.get("/draw-entries", tags=TAGS, summary="What one wishes", responses={200: DrawEntryList})
def own_entries() -> Response:
    """The wishes of the caller and of those whom they answer for, and what became of those of the last weeks."""
    session = db.session()
    found = queries.entries_of(session, guardians.people_of(session, actor().member_id), clock.now())
    return answer(DrawEntryList(items=[_entry(row) for row in found]))


@api.post("/draw-entries", tags=TAGS, summary="Take part in a draw", responses={201: DrawEntryOut, **WRITES})
def enter_draw(body: DrawEntryIn) -> Response:
    """Wish for a time that is drawn; what is wished first is dearest. The same wish twice is one."""
    wish = wish_for(ReservationIn(**body.model_dump()), None)
    with transaction() as session:
        made = entering.enter(session, actor(), wish, clock.now()).id
    return answer(_entry(queries.entry(db.session(), made)), 201)


@api.delete("/draw-entries/<int:entry_id>", tags=TAGS, summary="Take a wish back", responses={204: None, 409: Problem})
def leave_draw(path: DrawEntryPath) -> Response:
    """Wish for it no longer; twice equals once."""
    with transaction() as session:
        entering.withdraw(session, actor(), path.entry_id, clock.now())
    return Response(status=204)


@api.get("/sites/<int:site_id>/draws", tags=TAGS, summary="The draws of a site", responses={200: DrawList})
def site_draws(path: SitePath) -> Response:
    """Those that were made, with the seed from which anybody can reckon the order anew, and those to come."""
    session = db.session()
    sites.site(session, path.site_id)
    made = [
        DrawOut(
            draws_at=row.draws_at,
            drawn_at=row.drawn_at,
            seed=row.seed,
            wishes=row.wishes,
            people=row.people,
            granted=row.granted,
        )
        for row in queries.made_at(session, path.site_id)
    ]
    coming = [
        AnnouncedOut(draws_at=at, wishes=wishes, people=people)
        for at, wishes, people in queries.announced_at(session, path.site_id)
    ]
    return answer(DrawList(items=made, announced=coming))


def _entry(row: DrawEntry) -> DrawEntryOut:
    return DrawEntryOut(
        id=row.id,
        member_id=row.member_id,
        member=row.member.name,
        resource_id=row.resource_id,
        resource=row.resource.name,
        start=row.starts_at,
        end=row.ends_at,
        draws_at=row.draws_at,
        state=row.state,
        reservation_id=row.reservation_id,
    )
