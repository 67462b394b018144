"""Routes about memberships: whose they are, selling, renewing, pausing and ending them."""

from datetime import date

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.membership_kinds import TAGS
from fablab.api.schemas import IdempotencyHeader, Problem
from fablab.api.schemas.memberships import (
    EndIn,
    MembershipIn,
    MembershipList,
    MembershipOut,
    MembershipPath,
    MembershipsQuery,
    PauseIn,
    PauseOut,
    PausePath,
    PersonIn,
    PersonOut,
    PersonPath,
    RenewalIn,
    WaiverIn,
)
from fablab.billing import items
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.members import guardians
from fablab.members.memberships import changing, queries, rights, selling
from fablab.members.memberships.rules import Days
from fablab.members.memberships.selling import Sale
from fablab.members.models import Membership, Role

AT_ONCE = 1000


@api.get("/memberships", tags=TAGS, summary="Memberships", responses={200: MembershipList, 403: Problem})
def memberships(query: MembershipsQuery) -> Response:
    """One's own, those of a ward, or as a host those of a person or of everybody."""
    session, me = db.session(), actor()
    if query.all:
        me.needs_anywhere(Role.HOST)
        rows = queries.all_memberships(session, me, offset=query.offset, limit=AT_ONCE + 1)
        more = query.offset + AT_ONCE if len(rows) > AT_ONCE else None
        return answer(MembershipList(items=[_shown(row) for row in rows[:AT_ONCE]], next=more))
    wanted = query.member or me.member_id
    if not guardians.acts_for(session, me, wanted) and not me.may_anywhere(Role.HOST):
        raise NotFound(f"member {wanted}")
    return answer(MembershipList(items=[_shown(row) for row in queries.memberships_of(session, wanted)]))


@api.get("/memberships/<int:membership_id>", tags=TAGS, summary="A membership", responses={200: MembershipOut})
def membership(path: MembershipPath) -> Response:
    """A membership of one's own, of a ward, or as a host."""
    return answer(_shown(rights.membership_seen_by(db.session(), actor(), path.membership_id)))


@api.post("/memberships", tags=TAGS, summary="Sell or buy one", responses={201: MembershipOut, **WRITES})
def sell_membership(body: MembershipIn, header: IdempotencyHeader) -> Response:
    """Buy what is sold online for oneself or a ward, or sell as a host; what is due is on the account's next invoice.

    The same `Idempotency-Key` twice gives the same membership.
    """
    me = actor()
    sale = Sale(
        kind_id=body.kind_id,
        holder_id=body.member_id or me.member_id,
        first_on=body.first_on,
        account_id=body.account_id,
        people=body.people,
        request_key=header.idempotency_key or None,
    )
    with transaction() as session:
        made = selling.sell(session, me, sale, clock.now()).id
    return _answer(made, 201)


@api.post(
    "/memberships/<int:membership_id>/renewal",
    tags=TAGS,
    summary="Renew it",
    responses={201: MembershipOut, **WRITES},
)
def renew_membership(path: MembershipPath, body: RenewalIn) -> Response:
    """Renew it: from the day after its last one, or from today once grace is over. Twice gives the same renewal."""
    with transaction() as session:
        made = selling.renew(session, actor(), path.membership_id, clock.now(), account_id=body.account_id).id
    return _answer(made, 201)


@api.post(
    "/memberships/<int:membership_id>/pauses", tags=TAGS, summary="Pause it", responses={201: MembershipOut, **WRITES}
)
def pause_membership(path: MembershipPath, body: PauseIn) -> Response:
    """Let it not hold on some days, which are added to its end; for hosts."""
    with transaction() as session:
        days = Days(body.from_on, body.to_on)
        changing.pause(session, actor(), path.membership_id, days, body.reason, clock.now())
    return _answer(path.membership_id, 201)


@api.delete(
    "/memberships/<int:membership_id>/pauses/<int:pause_id>",
    tags=TAGS,
    summary="End a pause",
    responses={200: MembershipOut, **WRITES},
)
def resume_membership(path: PausePath) -> Response:
    """Let it hold again from today on; for hosts."""
    with transaction() as session:
        changing.resume(session, actor(), path.membership_id, path.pause_id, _today(path.membership_id), clock.now())
    return _answer(path.membership_id)


@api.post(
    "/memberships/<int:membership_id>/end", tags=TAGS, summary="End it early", responses={200: MembershipOut, **WRITES}
)
def end_membership(path: MembershipPath, body: EndIn) -> Response:
    """End it before its time; for hosts. What was paid is not given back by this."""
    with transaction() as session:
        changing.end_early(session, actor(), path.membership_id, body.last_on, body.reason, body.version, clock.now())
    return _answer(path.membership_id)


@api.post(
    "/memberships/<int:membership_id>/people",
    tags=TAGS,
    summary="Cover one more",
    responses={201: MembershipOut, **WRITES},
)
def add_membership_person(path: MembershipPath, body: PersonIn) -> Response:
    """Let a family's or a group's cover one more person; for hosts, and for its holder who adds a ward."""
    with transaction() as session:
        joined_on = body.joined_on or _today(path.membership_id)
        changing.add_person(session, actor(), path.membership_id, body.member_id, joined_on, clock.now())
    return _answer(path.membership_id, 201)


@api.delete(
    "/memberships/<int:membership_id>/people/<int:person_id>",
    tags=TAGS,
    summary="Cover somebody no longer",
    responses={200: MembershipOut, **WRITES},
)
def remove_membership_person(path: PersonPath) -> Response:
    """Let it cover somebody until today only."""
    with transaction() as session:
        today = _today(path.membership_id)
        changing.remove_person(session, actor(), path.membership_id, path.person_id, today, clock.now())
    return _answer(path.membership_id)


@api.post(
    "/memberships/<int:membership_id>/waiver",
    tags=TAGS,
    summary="Charge nothing for it",
    responses={200: MembershipOut, **WRITES},
)
def waive_membership(path: MembershipPath, body: WaiverIn) -> Response:
    """Let nobody pay for it, while it is on no invoice; for fabmanagers and treasurers."""
    with transaction() as session:
        items.waive_membership(session, actor(), path.membership_id, body.reason, clock.now())
    return _answer(path.membership_id)


def _today(membership_id: int) -> date:
    return clock.now().astimezone(queries.membership(db.session(), membership_id).kind.zone).date()


def _answer(membership_id: int, status: int = 200) -> Response:
    return answer(_shown(queries.membership(db.session(), membership_id)), status)


def _shown(row: Membership) -> MembershipOut:
    return MembershipOut(
        id=row.id,
        kind_id=row.kind_id,
        kind=row.kind.name,
        holder_id=row.holder_id,
        account_id=row.account_id,
        price_cents=row.price_cents,
        first_on=row.first_on,
        last_on=row.last_on,
        ended_on=row.ended_on,
        standing=queries.standing_today(row, clock.now()),
        people=[
            PersonOut(member_id=item.member_id, joined_on=item.joined_on, left_on=item.left_on) for item in row.people
        ],
        pauses=[PauseOut(id=item.id, from_on=item.from_on, to_on=item.to_on) for item in row.pauses],
        renews_id=row.renews_id,
        version=row.version,
    )
