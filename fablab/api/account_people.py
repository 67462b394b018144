"""Routes about the people of an organisation's account, and about inviting others."""

from dataclasses import replace

from flask import Response

from fablab.api.accounts import TAGS
from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.accounts import (
    AcceptIn,
    AccountInvitationIn,
    AccountInvitationOut,
    AccountInvitationPath,
    AccountInvitationsList,
    AccountMemberOut,
    AccountMemberPatch,
    AccountMemberPath,
    AccountMembersList,
    AccountPath,
    OwnerIn,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.links import link
from fablab.members.models import AccountInvitation, AccountMember
from fablab.members.organisations import inviting, people, rights


@api.get("/accounts/<int:account_id>/members", tags=TAGS, summary="Its people", responses={200: AccountMembersList})
def account_members(path: AccountPath) -> Response:
    """The people of an account; those who only use it see themselves."""
    sight = rights.sight(db.session(), actor(), path.account_id)
    rows = people.people_of(db.session(), path.account_id)
    if not sight.may_see_people:
        rows = [row for row in rows if row.member_id == actor().member_id]
    named = people.named_projects(db.session(), path.account_id)
    return answer(AccountMembersList(items=[_shown(row, named.get(row.member_id, [])) for row in rows]))


@api.patch(
    "/accounts/<int:account_id>/members/<int:member_id>",
    tags=TAGS,
    summary="What somebody may do",
    responses={200: AccountMemberOut, **WRITES},
)
def edit_account_member(path: AccountMemberPath, body: AccountMemberPatch) -> Response:
    """Say what somebody may spend and name, and whether they own the account; for its owners, treasurers and
    administrators.
    """
    sent = body.model_dump(exclude_unset=True, exclude={"version"})
    sent = {key: value for key, value in sent.items() if value is not None or key == "monthly_cap_cents"}
    if "project_ids" in sent:
        sent["project_ids"] = tuple(sent["project_ids"])
    with transaction() as session:
        rights.edited(session, actor(), path.account_id)
        place = people.person_of(session, path.account_id, path.member_id)
        card = replace(people.card_of(session, place), **sent)
        where = (path.account_id, path.member_id)
        made = _person(people.edit_place(session, actor(), where, card, body.version, clock.now()))
    return answer(made)


@api.delete(
    "/accounts/<int:account_id>/members/<int:member_id>",
    tags=TAGS,
    summary="Remove somebody, or leave",
    responses={204: None, 403: Problem},
)
def remove_account_member(path: AccountMemberPath) -> Response:
    """Let somebody no longer use the account; what they reserved before stays."""
    with transaction() as session:
        people.remove(session, actor(), path.account_id, path.member_id, clock.now())
    return Response(status=204)


@api.post(
    "/accounts/<int:account_id>/owners",
    tags=TAGS,
    summary="Appoint an owner",
    responses={201: AccountMemberOut, **WRITES},
)
def appoint_owner(path: AccountPath, body: OwnerIn) -> Response:
    """Let somebody own an organisation's account; for staff, and for owners among its people."""
    with transaction() as session:
        sight = rights.sight(session, actor(), path.account_id)
        if not rights.is_staff(actor()) and sight.may_appoint:
            # Owners name people of theirs; who else is a member of the lab is not for them to learn.
            people.person_of(session, path.account_id, body.member_id)
        made = _person(people.appoint_owner(session, actor(), path.account_id, body.member_id, clock.now()))
    return answer(made, 201)


@api.get(
    "/accounts/<int:account_id>/invitations",
    tags=TAGS,
    summary="Its open invitations",
    responses={200: AccountInvitationsList, 403: Problem},
)
def account_invitations(path: AccountPath) -> Response:
    """The invitations that still let somebody in."""
    rights.kept(db.session(), actor(), path.account_id)
    rows = inviting.open_invitations(db.session(), path.account_id, clock.now())
    return answer(AccountInvitationsList(items=[_invitation(row) for row in rows]))


@api.post(
    "/accounts/<int:account_id>/invitations",
    tags=TAGS,
    summary="Invite somebody",
    responses={201: AccountInvitationOut, **WRITES},
)
def invite_into_account(path: AccountPath, body: AccountInvitationIn) -> Response:
    """Invite one person, by mail or by a link; the answer is the same whether the address is a member's or not."""
    with transaction() as session:
        row, secret = inviting.invite(session, actor(), path.account_id, body.email, clock.now())
        made = _invitation(row)
    if made.email is None:
        made.link = link(f"/accounts/join/{secret}")
    return answer(made, 201)


@api.delete(
    "/accounts/<int:account_id>/invitations/<int:invitation_id>",
    tags=TAGS,
    summary="End an invitation",
    responses={204: None, 403: Problem},
)
def revoke_account_invitation(path: AccountInvitationPath) -> Response:
    """Let nobody in with it any more; twice equals once."""
    with transaction() as session:
        inviting.revoke(session, actor(), path.account_id, path.invitation_id, clock.now())
    return Response(status=204)


@api.post(
    "/account-invitations/accept", tags=TAGS, summary="Join an account", responses={200: AccountMemberOut, **WRITES}
)
def accept_account_invitation(body: AcceptIn) -> Response:
    """Join the account that an invitation's link opens."""
    with transaction() as session:
        made = _person(inviting.accept(session, actor(), body.secret, clock.now()))
    return answer(made)


def _person(row: AccountMember) -> AccountMemberOut:
    return _shown(row, people.named_projects(db.session(), row.account_id).get(row.member_id, []))


def _shown(row: AccountMember, project_ids: list[int]) -> AccountMemberOut:
    return AccountMemberOut(
        member_id=row.member_id,
        name=row.member.name,
        is_owner=row.is_owner,
        all_projects=row.all_projects,
        project_ids=project_ids,
        monthly_cap_cents=row.monthly_cap_cents,
        joined_at=row.joined_at,
        version=row.version,
    )


def _invitation(row: AccountInvitation) -> AccountInvitationOut:
    return AccountInvitationOut(id=row.id, email=row.email, made_at=row.made_at, expires_at=row.expires_at)
