"""The people of an organisation's account: their caps and projects, its owners, and leaving it.

Leaving closes a row and never moves the past; what somebody reserved while they might is honoured.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core.actor import Actor
from fablab.core.audit import note
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.versions import check_version
from fablab.members import queries
from fablab.members.models import Account, AccountInvitation, AccountMember, MemberState, Project, ProjectMember
from fablab.members.organisations import rights
from fablab.members.organisations.cards import Details, cap_reasons
from fablab.members.signals import account_left, owner_appointed


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCard:
    """What an owner allows somebody in an account."""

    is_owner: bool = False
    all_projects: bool = True
    """Every project that is open to everybody; else only those in which they are named."""
    project_ids: tuple[int, ...] = ()
    """The open projects in which they are named."""
    monthly_cap_cents: int | None = None


def people_of(session: Session, account_id: int) -> list[AccountMember]:
    """Who is in an organisation's account now: its owners first, then by name."""
    query = (
        select(AccountMember)
        .options(joinedload(AccountMember.member))
        .where(AccountMember.account_id == account_id, AccountMember.left_at.is_(None))
    )
    rows = list(session.scalars(query))
    return sorted(rows, key=lambda row: (not row.is_owner, row.member.name, row.member_id))


def person_of(session: Session, account_id: int, member_id: int) -> AccountMember:
    """Somebody's present place in an account; NotFound if they have none."""
    found = rights.place_of(session, account_id, member_id)
    if found is None:
        raise NotFound(f"member {member_id} in account {account_id}")
    return found


def card_of(session: Session, place: AccountMember) -> PlaceCard:
    """What somebody is allowed now."""
    return PlaceCard(
        is_owner=place.is_owner,
        all_projects=place.all_projects,
        project_ids=tuple(named_projects(session, place.account_id).get(place.member_id, [])),
        monthly_cap_cents=place.monthly_cap_cents,
    )


def named_projects(session: Session, account_id: int) -> dict[int, list[int]]:
    """The open projects of an account in which each of its people is named; those who are in none are left out."""
    query = (
        select(ProjectMember.member_id, ProjectMember.project_id)
        .join(Project, Project.id == ProjectMember.project_id)
        .where(Project.account_id == account_id, Project.closed_at.is_(None), ProjectMember.left_at.is_(None))
        .order_by(ProjectMember.project_id)
    )
    found: dict[int, list[int]] = {}
    for member_id, project_id in session.execute(query):
        found.setdefault(member_id, []).append(project_id)
    return found


def edit_place(
    session: Session, actor: Actor, place: tuple[int, int], card: PlaceCard, version: int, now: datetime
) -> AccountMember:
    """Change what somebody is allowed, by account and member, as read at `version`.

    Raises:
        NotFound, Forbidden: not theirs to see or to change, or this person is not in it.
        Refused: a cap that is none, a project of another account, or nobody would own the account.
        Conflict: somebody else changed it since.
    """
    account = rights.edited(session, actor, place[0])
    row = person_of(session, *place)
    check_version(row.version, version)
    open_ids = {project.id for project in queries.projects_of(session, [account.id])}
    reasons = cap_reasons(card.monthly_cap_cents)
    if not set(card.project_ids) <= open_ids:
        reasons.append(Refusal("project_unknown", _("This project is not an open one of that account.")))
    if row.is_owner and not card.is_owner:
        reasons += _last_owner(session, account, row)
    if reasons:
        raise Refused(reasons)
    becomes_owner = card.is_owner and not row.is_owner
    row.is_owner, row.all_projects = card.is_owner, card.all_projects
    row.monthly_cap_cents = card.monthly_cap_cents
    row.version += 1
    name_in(session, row.member_id, card.project_ids, open_ids, now)
    details: Details = {"owner": row.is_owner, "all_projects": row.all_projects, "cap_cents": row.monthly_cap_cents}
    _note(session, actor, row, "account_member.edited", now, details)
    if becomes_owner:
        _announce_owner(session, actor, account, row.member_id, now)
    return row


def appoint_owner(session: Session, actor: Actor, account_id: int, member_id: int, now: datetime) -> AccountMember:
    """Let somebody own an organisation's account, who need not be in it yet; twice equals once.

    Raises:
        NotFound, Forbidden: not theirs to see; or they are a fabmanager only, and somebody owns it already.
        Refused: the person is no member, has left, or waits for approval; or the account is closed.
    """
    queries.lock_account(session, account_id)
    seen = rights.sight(session, actor, account_id)
    if seen.account.closed_at is not None and seen.may_edit:
        raise Refused.because("account_closed", _("This account is closed. Open it again first."))
    if not seen.may_appoint:
        raise Forbidden(f"owner of account {account_id}")
    member = queries.member(session, member_id)
    if member.left_at is not None or member.state == MemberState.PENDING:
        raise Refused.because("member_unknown", _("This person is no member, or has left."))
    row = rights.place_of(session, account_id, member_id)
    if row is None:
        row = AccountMember(account_id=account_id, member_id=member_id, joined_at=now)
        session.add(row)
    elif row.is_owner:
        return row
    row.is_owner = True
    session.flush()
    row.version += 1
    session.flush()
    _note(session, actor, row, "account_owner.appointed", now)
    _announce_owner(session, actor, seen.account, member_id, now)
    return row


def remove(session: Session, actor: Actor, account_id: int, member_id: int, now: datetime) -> None:
    """Let somebody no longer use an account; everybody may leave by themselves. The past stays where it is.

    Raises:
        NotFound, Forbidden: not theirs to see or to change, or this person is not in it.
        Refused: nobody would own the account.
    """
    account = queries.lock_account(session, account_id)
    if member_id == actor.member_id:
        rights.sight(session, actor, account_id)
    else:
        rights.edited(session, actor, account_id)
    row = person_of(session, account_id, member_id)
    reasons = _last_owner(session, account, row) if row.is_owner else []
    if reasons:
        raise Refused(reasons)
    end_place(session, row, now)
    _note(session, actor, row, "account_member.removed", now)
    account_left.send(None, session=session, account=account, member_id=member_id, by_id=actor.member_id, now=now)


def end_place(session: Session, row: AccountMember, now: datetime) -> None:
    """Close somebody's place in an account, with the projects that name them and the invitations that they made, with
    which they could come back.
    """
    row.left_at, row.version = now, row.version + 1
    in_account = select(Project.id).where(Project.account_id == row.account_id)
    named = select(ProjectMember).where(
        ProjectMember.member_id == row.member_id,
        ProjectMember.project_id.in_(in_account),
        ProjectMember.left_at.is_(None),
    )
    for one in session.scalars(named):
        one.left_at = now
    made = select(AccountInvitation).where(
        AccountInvitation.account_id == row.account_id,
        AccountInvitation.made_by_id == row.member_id,
        AccountInvitation.used_at.is_(None),
        AccountInvitation.revoked_at.is_(None),
    )
    for invitation in session.scalars(made):
        invitation.revoked_at, invitation.email = now, None
    session.flush()


def merge_places(session: Session, kept_id: int, gone_id: int, now: datetime) -> None:
    """Before two records of one person become one: where both are in an account, the one that stays owns it if either
    did, and the other's place is closed.
    """
    query = select(AccountMember).where(AccountMember.member_id == gone_id, AccountMember.left_at.is_(None))
    for gone in list(session.scalars(query)):
        queries.lock_account(session, gone.account_id)
        kept = rights.place_of(session, gone.account_id, kept_id)
        if kept is None:
            continue
        kept.is_owner = kept.is_owner or gone.is_owner
        kept.version += 1
        end_place(session, gone, now)


def name_in(session: Session, member_id: int, wanted: Iterable[int], among: Iterable[int], now: datetime) -> None:
    """Name somebody in the wanted projects, and in none of the others among these."""
    query = select(ProjectMember).where(
        ProjectMember.member_id == member_id, ProjectMember.project_id.in_(set(among)), ProjectMember.left_at.is_(None)
    )
    present = {row.project_id: row for row in session.scalars(query)}
    for project_id, row in present.items():
        if project_id not in set(wanted):
            row.left_at = now
    for project_id in sorted(set(wanted) - set(present)):
        session.add(ProjectMember(project_id=project_id, member_id=member_id, joined_at=now))
    session.flush()


def _last_owner(session: Session, account: Account, row: AccountMember) -> list[Refusal]:
    if account.closed_at is not None or rights.has_owner(session, account.id, apart_from=row.member_id):
        return []
    text = _("Nobody else owns this account. Name another owner first, or ask the lab’s staff to appoint one.")
    return [Refusal("last_owner", text)]


def _announce_owner(session: Session, actor: Actor, account: Account, member_id: int, now: datetime) -> None:
    owner_appointed.send(None, session=session, account=account, member_id=member_id, by_id=actor.member_id, now=now)


def _note(
    session: Session,
    actor: Actor,
    row: AccountMember,
    action: str,
    now: datetime,
    details: Details | None = None,
) -> None:
    subject = f"account:{row.account_id}"
    note(session, actor.member_id, action, now, member_id=row.member_id, subject=subject, details=details)
