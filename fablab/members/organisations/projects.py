"""An account's projects: what use is for, who may name them, what may be spent on them in a month."""

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
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.members import guardians, payers, queries
from fablab.members.models import Account, Member, Project, ProjectMember
from fablab.members.organisations import people, rights
from fablab.members.organisations.cards import Details, cap_reasons, name_reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCard:
    """What is written about a project; people are named by their ids."""

    name: str
    purchase_order: str = ""
    monthly_cap_cents: int | None = None
    only_named: bool = False
    member_ids: tuple[int, ...] = ()
    is_open: bool = True


def project(session: Session, project_id: int) -> Project:
    """The project with this id; NotFound if there is none."""
    found = session.get(Project, project_id)
    if found is None:
        raise NotFound(f"project {project_id}")
    return found


def all_of(session: Session, account_id: int) -> list[Project]:
    """Every project of an account, those that are open first, by name."""
    rows = session.scalars(select(Project).where(Project.account_id == account_id))
    return sorted(rows, key=lambda row: (row.closed_at is not None, row.name, row.id))


def usable_by(session: Session, member_id: int) -> list[Project]:
    """The open projects that somebody may name, with their accounts: in the order of the accounts, by name."""
    return [row for payer in payers.payers_of(session, member_id) for row in payer.projects]


def named_in(session: Session, project_ids: Iterable[int]) -> dict[int, list[Member]]:
    """The people named in each of these projects now, by name."""
    found: dict[int, list[Member]] = {key: [] for key in project_ids}
    query = (
        select(ProjectMember.project_id, Member)
        .join(Member, Member.id == ProjectMember.member_id)
        .where(ProjectMember.project_id.in_(found), ProjectMember.left_at.is_(None))
        .order_by(Member.name, Member.id)
    )
    for row in session.execute(query):
        found[row.project_id].append(row.Member)
    return found


def may_be_named(session: Session, account: Account) -> list[Member]:
    """Whom an account's projects may name: an organisation's people; whom a person pays for, and themselves."""
    if account.is_organisation:
        return [row.member for row in people.people_of(session, account.id)]
    if account.owner_id is None:
        return []
    wards = [row.ward for row in guardians.wards_of(session, account.owner_id) if row.pays]
    return [queries.member(session, account.owner_id), *wards]


def seen(session: Session, actor: Actor, project_id: int) -> Project:
    """A project of an account that somebody keeps, or one that they may name.

    Raises:
        NotFound: there is none, or it is nothing to them.
    """
    found = session.scalar(select(Project).options(joinedload(Project.account)).where(Project.id == project_id))
    if found is None:
        raise NotFound(f"project {project_id}")
    if project_id in {row.id for row in usable_by(session, actor.member_id)}:
        return found
    if not rights.sight(session, actor, found.account_id).may_see_people:
        raise NotFound(f"project {project_id}")
    return found


def add(session: Session, actor: Actor, account_id: int, card: ProjectCard, now: datetime) -> Project:
    """Begin a project of an account.

    Raises:
        NotFound, Forbidden: the account is not theirs to see, or to change.
        Refused: what was written does not hold together.
    """
    account = rights.edited(session, actor, account_id)
    _check(session, account, card, None)
    row = Project(account_id=account_id, created_at=now)
    _write(row, card, now)
    session.add(row)
    session.flush()
    _name(session, row, card, now)
    note(session, actor.member_id, "project.added", now, subject=f"project:{row.id}")
    return row


def edit(session: Session, actor: Actor, project_id: int, card: ProjectCard, version: int, now: datetime) -> Project:
    """Change a project, close it or open it again, as read at `version`; what it was named for stays named so.

    Raises:
        NotFound, Forbidden: it is not theirs to see, or to change.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
    """
    row = seen(session, actor, project_id)
    try:
        account = rights.edited(session, actor, row.account_id)
    except NotFound:
        # A ward may name a guardian's project without seeing the account.
        raise Forbidden(f"project {project_id}") from None
    session.refresh(row)
    check_version(row.version, version)
    _check(session, account, card, row.id)
    before = row.monthly_cap_cents
    _write(row, card, now)
    row.version += 1
    session.flush()
    _name(session, row, card, now)
    details: Details = {"cap_cents": row.monthly_cap_cents, "cap_cents_before": before, "open": row.closed_at is None}
    note(session, actor.member_id, "project.edited", now, subject=f"project:{row.id}", details=details)
    return row


def card_of(session: Session, row: Project) -> ProjectCard:
    """What is written about a project now."""
    return ProjectCard(
        name=row.name,
        purchase_order=row.purchase_order,
        monthly_cap_cents=row.monthly_cap_cents,
        only_named=row.only_named,
        member_ids=tuple(member.id for member in named_in(session, [row.id])[row.id]),
        is_open=row.closed_at is None,
    )


def _check(session: Session, account: Account, card: ProjectCard, own_id: int | None) -> None:
    reasons = [*name_reasons(card.name, _("A project needs a name.")), *cap_reasons(card.monthly_cap_cents)]
    query = select(Project.id).where(Project.account_id == account.id, Project.name == line_of(card.name))
    if session.scalar(query.where(Project.id != (own_id or 0))) is not None:
        text = _("A project of this account, open or closed, has this name already. Choose another.")
        reasons.append(Refusal("name_taken", text))
    known = {member.id for member in may_be_named(session, account)}
    if not set(card.member_ids) <= known:
        text = _("Only people of the account can be named in its projects. Invite them first.")
        reasons.append(Refusal("member_unknown", text))
    if reasons:
        raise Refused(reasons)


def _write(row: Project, card: ProjectCard, now: datetime) -> None:
    row.name, row.purchase_order = line_of(card.name), line_of(card.purchase_order)
    row.monthly_cap_cents, row.only_named = card.monthly_cap_cents, card.only_named
    row.closed_at = None if card.is_open else row.closed_at or now


def _name(session: Session, row: Project, card: ProjectCard, now: datetime) -> None:
    """Name those of the card, and nobody else."""
    query = select(ProjectMember).where(ProjectMember.project_id == row.id, ProjectMember.left_at.is_(None))
    present = {one.member_id: one for one in session.scalars(query)}
    for member_id, one in present.items():
        if member_id not in card.member_ids:
            one.left_at = now
    for member_id in sorted(set(card.member_ids) - set(present)):
        session.add(ProjectMember(project_id=row.id, member_id=member_id, joined_at=now))
    session.flush()
