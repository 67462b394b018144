"""Routes about holds and strikes, about why somebody may not, and about those who did not come."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api import reservations
from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.errors import refusal
from fablab.api.schemas import Problem, ReservationOut, ReservationPath
from fablab.api.schemas.conduct import (
    HoldIn,
    HoldList,
    HoldOut,
    HoldPath,
    StrikeIn,
    StrikeList,
    StrikeOut,
    StrikePath,
    WhyNotOut,
    WhyNotQuery,
    WhyQuery,
)
from fablab.api.schemas.network import MemberPath
from fablab.booking import no_shows, queries, services
from fablab.booking.services import Wish
from fablab.booking.suspending import suspend
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.conduct import holds, strikes
from fablab.members.conduct import queries as conduct
from fablab.members.conduct.holds import HoldCard
from fablab.members.conduct.strikes import StrikeCard
from fablab.members.models import Hold, HoldKind, Strike, StrikeKind

TAGS = [Tag(name="conduct", description="What keeps somebody from using the lab, and why")]


@api.get("/members/<int:member_id>/holds", tags=TAGS, summary="Holds on a member", responses={200: HoldList})
def hold_list(path: MemberPath) -> Response:
    """What keeps somebody from using the lab: for themselves, their guardians, hosts of the site, and treasurers."""
    found = conduct.holds_of(db.session(), actor(), _seen(path.member_id))
    return answer(HoldList(items=[_hold(row) for row in found]))


@api.post("/members/<int:member_id>/holds", tags=TAGS, summary="Place a hold", responses={201: HoldOut, **WRITES})
def place_hold(path: MemberPath, body: HoldIn) -> Response:
    """Keep somebody from a site as its fabmanager, or from the network as an administrator (or, for what is unpaid, as
    a treasurer). Reservations stand but those named in `cancel`.
    """
    card = HoldCard(
        member_id=path.member_id,
        kind=HoldKind(body.kind),
        reason=body.reason,
        site_id=body.site_id,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        key=body.key,
    )
    with transaction() as session:
        made = _hold(suspend(session, actor(), card, body.cancel, clock.now()))
    return answer(made, 201)


@api.delete(
    "/members/<int:member_id>/holds/<int:hold_id>",
    tags=TAGS,
    summary="Lift a hold",
    responses={200: HoldOut, 403: Problem},
)
def lift_hold(path: HoldPath, query: WhyQuery) -> Response:
    """Let somebody use the lab again, and say why; twice equals once."""
    if conduct.hold(db.session(), path.hold_id).member_id != path.member_id:
        raise NotFound(f"hold {path.hold_id}")
    with transaction() as session:
        made = _hold(holds.lift_hold(session, actor(), path.hold_id, query.why, clock.now()))
    return answer(made)


@api.get("/members/<int:member_id>/strikes", tags=TAGS, summary="Strikes of a member", responses={200: StrikeList})
def strike_list(path: MemberPath) -> Response:
    """What counts, or counted, against somebody: for themselves, their guardians, and hosts of the site."""
    found = conduct.strikes_of(db.session(), actor(), _seen(path.member_id))
    return answer(StrikeList(items=[_strike(row) for row in found]))


@api.post("/members/<int:member_id>/strikes", tags=TAGS, summary="Strike", responses={201: StrikeOut, **WRITES})
def strike(path: MemberPath, body: StrikeIn) -> Response:
    """Write something down against somebody, as a fabmanager of the site; the rules say what follows."""
    card = StrikeCard(
        member_id=path.member_id,
        kind=StrikeKind(body.kind),
        reason=body.reason,
        site_id=body.site_id,
        subject=body.subject,
    )
    with transaction() as session:
        made = _strike(strikes.strike(session, actor(), card, clock.now()))
    return answer(made, 201)


@api.delete(
    "/members/<int:member_id>/strikes/<int:strike_id>",
    tags=TAGS,
    summary="Withdraw a strike",
    responses={200: StrikeOut, 403: Problem},
)
def withdraw_strike(path: StrikePath, query: WhyQuery) -> Response:
    """Take a strike back, and say why; a suspension that would not have followed without it is lifted."""
    if conduct.strike(db.session(), path.strike_id).member_id != path.member_id:
        raise NotFound(f"strike {path.strike_id}")
    with transaction() as session:
        made = _strike(strikes.withdraw_strike(session, actor(), path.strike_id, query.why, clock.now()))
    return answer(made)


@api.get(
    "/members/<int:member_id>/why",
    tags=TAGS,
    summary="Why somebody may not",
    responses={200: WhyNotOut, 403: Problem},
)
def why(path: MemberPath, query: WhyNotQuery) -> Response:
    """Every reason why this person could not reserve that now; for hosts of the resource's site and up."""
    if query.start >= query.end:
        raise Refused.because("ends_before_start", _("A reservation ends after it starts."))
    wish = Wish(
        resource_id=query.resource_id,
        period=Period(query.start, query.end),
        member_id=path.member_id,
        places=query.places,
    )
    found = services.why_not(db.session(), actor(), wish, clock.now())
    refusals = [refusal(item) for item in found]
    return answer(WhyNotOut(may=not found, refusals=refusals))


@api.post(
    "/reservations/<int:reservation_id>/no-show",
    tags=TAGS,
    summary="Nobody came",
    responses={200: ReservationOut, **WRITES},
)
def no_show(path: ReservationPath) -> Response:
    """Say as a fabmanager of the site that nobody came: what is left of the time is free again."""
    with transaction() as session:
        no_shows.no_show(session, actor(), path.reservation_id, clock.now())
    return answer(reservations.shown(queries.reservation(db.session(), path.reservation_id)))


@api.delete(
    "/reservations/<int:reservation_id>/no-show",
    tags=TAGS,
    summary="They were there after all",
    responses={200: ReservationOut, 403: Problem, 409: Problem},
)
def undo_no_show(path: ReservationPath) -> Response:
    """Take it back within a day; a strike that came of it is withdrawn."""
    with transaction() as session:
        no_shows.take_back(session, actor(), path.reservation_id, clock.now())
    return answer(reservations.shown(queries.reservation(db.session(), path.reservation_id)))


def _seen(member_id: int) -> int:
    """The member's id, for those who may look at such things of theirs at all; NotFound for all others."""
    session, me = db.session(), actor()
    found = members.member(session, member_id)
    is_own = guardians.acts_for(session, me, member_id)
    if not is_own and not conduct.looks_after(me):
        raise NotFound(f"member {member_id}")
    return found.id


def _hold(row: Hold) -> HoldOut:
    return HoldOut(
        id=row.id,
        member_id=row.member_id,
        kind=row.kind,
        site_id=row.site_id,
        reason=row.reason,
        placed_at=row.placed_at,
        placed_by_id=row.placed_by_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        lifted_at=row.lifted_at,
        lifted_why=row.lifted_why,
    )


def _strike(row: Strike) -> StrikeOut:
    return StrikeOut(
        id=row.id,
        member_id=row.member_id,
        kind=row.kind,
        site_id=row.site_id,
        reason=row.reason,
        subject=row.subject,
        at=row.at,
        by_id=row.by_id,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_why=row.withdrawn_why,
    )
