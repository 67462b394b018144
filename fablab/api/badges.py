"""Routes about badges and PINs."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.arrivals import TAGS
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.network import MemberPath
from fablab.api.schemas.presence import BadgeIn, BadgeList, BadgeOut, BadgePath, PinIn
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.refusals import Refused
from fablab.members import badges, passwords
from fablab.members import queries as members
from fablab.members.models import Badge, Role


@api.get("/members/<int:member_id>/badges", tags=TAGS, summary="Badges", responses={200: BadgeList, 403: Problem})
def badge_list(path: MemberPath) -> Response:
    """The badges of somebody that open something; for themselves and for hosts."""
    session, me = db.session(), actor()
    if path.member_id != me.member_id:
        me.needs_anywhere(Role.HOST)
    found = badges.badges_of(session, members.member(session, path.member_id).id)
    return answer(BadgeList(items=[_shown(row) for row in found]))


@api.post("/members/<int:member_id>/badges", tags=TAGS, summary="Give a badge", responses={201: BadgeOut, **WRITES})
def give_badge(path: MemberPath, body: BadgeIn) -> Response:
    """Give somebody a badge; the one that they had ends. For hosts."""
    with transaction() as session:
        made = _shown(badges.give_badge(session, actor(), path.member_id, body.code, clock.now()))
    return answer(made, 201)


@api.delete(
    "/members/<int:member_id>/badges/<int:badge_id>",
    tags=TAGS,
    summary="End a badge",
    responses={204: None, 403: Problem},
)
def end_badge(path: BadgePath) -> Response:
    """End a badge that was lost or given back; one's own, or as a host anybody's; twice equals once."""
    with transaction() as session:
        badges.end_badge(session, actor(), path.member_id, path.badge_id, clock.now())
    return Response(status=204)


@api.put("/members/<int:member_id>/pin", tags=TAGS, summary="Set a PIN", responses={204: None, **WRITES})
def set_pin(path: MemberPath, body: PinIn) -> Response:
    """Set the PIN with which somebody says at a terminal who they are, or take it away; one's own, or as a host."""
    kept = None
    if body.pin is not None:
        refusals = badges.reasons_against_pin(db.session(), actor(), path.member_id, body.pin)
        if refusals:
            raise Refused(refusals)
        kept = passwords.hash_password(body.pin)
    with transaction() as session:
        badges.set_pin(session, actor(), path.member_id, kept, clock.now())
    return Response(status=204)


def _shown(row: Badge) -> BadgeOut:
    return BadgeOut(id=row.id, member_id=row.member_id, hint=row.hint, given_at=row.given_at)
