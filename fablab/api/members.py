"""Routes about people: the list, their cards, approval, who answers for them."""

from typing import Any

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.members import (
    ApprovalIn,
    AuthorisationIn,
    AuthorisationList,
    AuthorisationOut,
    GuardianIn,
    GuardianList,
    GuardianOut,
    GuardianPath,
    MemberIn,
    MemberList,
    MemberOut,
    MemberPatch,
    MemberPath,
    MembersQuery,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import Forbidden
from fablab.members import cards, guardians, joining, people
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.guardians import Answer
from fablab.members.models import Authorisation, Guardianship, Member, Role
from fablab.members.people import Standing, Wanted

TAGS = [Tag(name="members", description="Who our people are, and who answers for them")]
OWN = ("name", "phone", "birth_date", "locale", "languages", "emergency_contact")
"""What people may write of themselves; an address is changed by a mailed link."""


@api.get("/members", tags=TAGS, summary="People", responses={200: MemberList, 403: Problem})
def member_list(query: MembersQuery) -> Response:
    """People by name, 50 a page; for those who welcome people."""
    actor().needs_anywhere(Role.HOST)
    found = people.people(db.session(), wanted(query), offset=query.offset)
    return answer(MemberList(items=[_shown(row) for row in found.items], count=found.count, next=found.next_offset))


def wanted(query: MembersQuery) -> Wanted:
    """Whom a question about people means."""
    return Wanted(
        search=query.q,
        site_id=query.site_id,
        class_id=query.class_id,
        role=Role(query.role) if query.role else None,
        standing=Standing(query.standing),
    )


@api.post("/members", tags=TAGS, summary="Add a person", responses={201: MemberOut, **WRITES})
def add_member(body: MemberIn) -> Response:
    """Add somebody at the desk, with an account of their own; for hosts of the site that looks after them."""
    values = body.model_dump()
    with transaction() as session:
        row = cards.add_person(session, actor(), _card(values), _desk(values), clock.now())
        made = _shown(row)
    return answer(made, 201)


@api.get("/members/<int:member_id>", tags=TAGS, summary="A person", responses={200: MemberOut})
def member(path: MemberPath) -> Response:
    """A person's card; for themselves, their guardians and staff."""
    return answer(_shown(cards.seen_by(db.session(), actor(), path.member_id)))


@api.patch("/members/<int:member_id>", tags=TAGS, summary="Correct a card", responses={200: MemberOut, **WRITES})
def edit_member(path: MemberPath, body: MemberPatch) -> Response:
    """Correct a card: one's own or a ward's in what people write of themselves, or as staff all of it."""
    changed = body.model_dump(exclude_unset=True, exclude={"version"})
    with transaction() as session:
        me = actor()
        row = cards.seen_by(session, me, path.member_id)
        values = {**_values(row), **changed}
        if cards.may_write(me, row):
            card, desk = _card(values), _desk(values)
            row = cards.edit_as_staff(session, me, row.id, card, desk, body.version, clock.now())
        elif set(changed) <= set(OWN):
            row = cards.edit_own(session, me, row.id, _card(values), body.version, clock.now())
        else:
            raise Forbidden("written by staff")
        made = _shown(row)
    return answer(made)


@api.put("/members/<int:member_id>/approval", tags=TAGS, summary="Approve", responses={200: MemberOut, **WRITES})
def decide(path: MemberPath, body: ApprovalIn) -> Response:
    """Approve somebody who waits, or decline with a reason; for fabmanagers of their site."""
    with transaction() as session:
        joining.decide(session, actor(), path.member_id, body.approved, body.reason, clock.now())
    return answer(_shown(cards.seen_by(db.session(), actor(), path.member_id)))


@api.get("/members/<int:member_id>/guardians", tags=TAGS, summary="Guardians", responses={200: GuardianList})
def guardian_list(path: MemberPath) -> Response:
    """Those who answer for a person."""
    row = cards.seen_by(db.session(), actor(), path.member_id)
    return answer(GuardianList(items=[_guardian(item) for item in guardians.guardians_of(db.session(), row.id)]))


@api.post(
    "/members/<int:member_id>/guardians", tags=TAGS, summary="Add a guardian", responses={201: GuardianOut, **WRITES}
)
def add_guardian(path: MemberPath, body: GuardianIn) -> Response:
    """Say who answers for a person; for hosts of their site."""
    with transaction() as session:
        row = guardians.appoint(
            session,
            actor(),
            body.guardian_id,
            path.member_id,
            clock.now(),
            relation=body.relation,
            pays=body.pays,
        )
        made = _guardian(row)
    return answer(made, 201)


@api.delete(
    "/members/<int:member_id>/guardians/<int:guardianship_id>",
    tags=TAGS,
    summary="End a guardianship",
    responses={204: None, 403: Problem},
)
def end_guardian(path: GuardianPath) -> Response:
    """End it, as the guardian or as staff; twice equals once."""
    with transaction() as session:
        guardians.dismiss(session, actor(), path.guardianship_id, clock.now())
    return Response(status=204)


@api.get(
    "/members/<int:member_id>/authorisations",
    tags=TAGS,
    summary="What guardians signed",
    responses={200: AuthorisationList},
)
def authorisation_list(path: MemberPath) -> Response:
    """The latest answer to each thing that guardians are asked."""
    row = cards.seen_by(db.session(), actor(), path.member_id)
    return answer(AuthorisationList(items=[_signed(item) for item in guardians.latest(db.session(), row.id)]))


@api.post(
    "/members/<int:member_id>/authorisations",
    tags=TAGS,
    summary="Sign",
    responses={201: AuthorisationList, **WRITES},
)
def sign(path: MemberPath, body: AuthorisationIn) -> Response:
    """Write down a guardian's answer: by the guardian, or by staff before whom it was signed on paper."""
    given = Answer(permission=body.permission, given=body.given)
    with transaction() as session:
        guardians.sign(session, actor(), path.member_id, body.guardian_id, [given], clock.now())
        items = [_signed(row) for row in guardians.latest(session, path.member_id)]
    return answer(AuthorisationList(items=items), 201)


def _card(values: dict[str, Any]) -> PersonCard:
    return PersonCard(**{name: values[name] for name in PersonCard.__slots__})


def _desk(values: dict[str, Any]) -> DeskCard:
    return DeskCard(**{name: values[name] for name in DeskCard.__slots__})


def _values(row: Member) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*PersonCard.__slots__, *DeskCard.__slots__)}


def _shown(row: Member) -> MemberOut:
    return MemberOut(
        **_values(row),
        id=row.id,
        state=row.state,
        created_at=row.created_at,
        left_at=row.left_at,
        version=row.version,
    )


def _guardian(row: Guardianship) -> GuardianOut:
    return GuardianOut(
        id=row.id,
        guardian_id=row.guardian_id,
        guardian=row.guardian.name,
        ward_id=row.ward_id,
        relation=row.relation,
        pays=row.pays,
        began_at=row.began_at,
    )


def _signed(row: Authorisation) -> AuthorisationOut:
    return AuthorisationOut(
        permission=row.permission,
        given=row.given,
        guardian_id=row.guardian_id,
        text=row.text,
        signed_at=row.signed_at,
    )
