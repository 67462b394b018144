"""Who may pay for somebody's use: accounts and their projects, within what their owners allow."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries
from fablab.members.models import Account, AccountMember, Project, ProjectMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """An account that may pay for somebody, with those of its open projects that they may name."""

    account: Account
    projects: list[Project]
    others: list[Project]
    """Open projects that are not theirs to name."""
    needs_project: bool
    """Its owner wants every use of theirs to name a project."""

    @property
    def is_usable(self) -> bool:
        """There is something of it to choose."""
        return bool(self.projects) or not self.needs_project


def payers_of(session: Session, member_id: int) -> list[Payer]:
    """The accounts that may pay for somebody, the one that pays where nobody chooses first; in four statements."""
    return _payers(session, member_id, queries.accounts_of(session, member_id))


def _payers(session: Session, member_id: int, accounts: list[Account]) -> list[Payer]:
    projects = queries.projects_of(session, [row.id for row in accounts])
    present = select(AccountMember).where(AccountMember.member_id == member_id, AccountMember.left_at.is_(None))
    places = {row.account_id: row for row in session.scalars(present)}
    named = set(
        session.scalars(
            select(ProjectMember.project_id).where(
                ProjectMember.member_id == member_id, ProjectMember.left_at.is_(None)
            )
        )
    )
    return [_payer(row, member_id, places.get(row.id), projects, named) for row in accounts]


def payer_for(session: Session, member_id: int, account_id: int | None, project_id: int | None) -> Account:
    """The account that pays for a use: the one chosen, or the one that pays where nobody chooses.

    Raises:
        Refused: the person may not use that account, or not with this project, or not without one.
    """
    accounts = queries.accounts_of(session, member_id)
    first = next((row for row in accounts if account_id in (None, row.id)), None)
    if first is not None and first.owner_id == member_id and project_id is None:
        return first  # One's own, for no project: nothing else is asked of it.
    payers = _payers(session, member_id, accounts)
    chosen = next((row for row in payers if account_id is None or row.account.id == account_id), None)
    if chosen is None:
        raise Refused([_no_account(session, member_id, account_id)])
    reason = _no_project(chosen, project_id)
    if reason is not None:
        raise Refused([reason])
    return chosen.account


def _payer(
    account: Account, member_id: int, place: AccountMember | None, projects: list[Project], named: set[int]
) -> Payer:
    owns = account.owner_id == member_id or (place is not None and place.is_owner)
    all_projects = place is None or place.all_projects

    def is_theirs(project: Project) -> bool:
        return owns or project.id in named or (all_projects and not project.only_named)

    own = [row for row in projects if row.account_id == account.id]
    return Payer(
        account=account,
        projects=[row for row in own if is_theirs(row)],
        others=[row for row in own if not is_theirs(row)],
        needs_project=not owns and not all_projects,
    )


def _no_account(session: Session, member_id: int, account_id: int | None) -> Refusal:
    """Only who used it before learns that an account is closed."""
    account = session.get(Account, account_id) if account_id is not None else None
    if account is not None and account.closed_at is not None:
        query = select(AccountMember.id).where(
            AccountMember.account_id == account.id, AccountMember.member_id == member_id
        )
        if account.owner_id == member_id or session.scalar(query.limit(1)) is not None:
            text = _("The account “%(name)s” is closed; choose another of yours.", name=account.name)
            return Refusal("account_closed", text)
    return Refusal("account_unknown", _("You cannot charge this account; choose one of yours."))


def _no_project(payer: Payer, project_id: int | None) -> Refusal | None:
    if project_id in {row.id for row in payer.projects} or (project_id is None and not payer.needs_project):
        return None
    names = ", ".join(row.name for row in payer.projects[:12])
    if project_id is None and not names:
        text = _("On “%(account)s” you may use named projects only, and are named in none. Ask its owner to name you.")
        return Refusal("project_needed", text % {"account": payer.account.name})
    if project_id is None:
        text = _("On “%(account)s” every use of yours names a project. Choose one of: %(names)s.")
        return Refusal("project_needed", text % {"account": payer.account.name, "names": names})
    other = next((row for row in payer.others if row.id == project_id), None)
    if other is not None:
        text = _("The project “%(name)s” is for the people named in it. Ask the account’s owner to name you.")
        return Refusal("project_not_yours", text % {"name": other.name})
    return Refusal("project_unknown", _("This project is not an open one of that account."))
