"""Lists of accounts: one's own with what one may do there, and every organisation for staff."""

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor
from fablab.core.text import line_of
from fablab.members.models import Account, AccountKind, AccountMember, Member
from fablab.members.organisations import rights


@dataclass(frozen=True, slots=True)
class Mine:
    """An account that somebody uses, and whether they keep it."""

    account: Account
    keeps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An organisation's account, for staff."""

    account: Account
    owners: list[str]
    people: int

    @property
    def is_orphan(self) -> bool:
        """Nobody answers for it: its owners have left the network."""
        return not self.owners and self.account.closed_at is None


def mine(session: Session, member_id: int) -> list[Mine]:
    """One's own accounts and the organisations that one is in: one's own first, closed ones last."""
    place = and_(AccountMember.account_id == Account.id, AccountMember.member_id == member_id)
    query = (
        select(Account, AccountMember.is_owner)
        .outerjoin(AccountMember, and_(place, AccountMember.left_at.is_(None)))
        .where(or_(Account.owner_id == member_id, AccountMember.id.is_not(None)))
    )
    found = [Mine(account, account.owner_id == member_id or bool(owns)) for account, owns in session.execute(query)]

    def order(row: Mine) -> tuple[bool, bool, str, int]:
        return row.account.closed_at is not None, row.account.is_organisation, row.account.name, row.account.id

    return sorted(found, key=order)


def organisations(
    session: Session, actor: Actor, search: str = "", *, offset: int = 0, limit: int = 100
) -> list[Listed]:
    """The organisations whose name or SIREN contains the words: those that nobody owns first, closed ones last.

    Raises:
        Forbidden: no fabmanager, treasurer or administrator.
    """
    rights.needs_staff(actor)
    owned = (
        select(AccountMember.account_id)
        .join(Member, Member.id == AccountMember.member_id)
        .where(AccountMember.left_at.is_(None), AccountMember.is_owner, Member.left_at.is_(None))
    )
    query = select(Account).where(Account.kind == AccountKind.ORGANISATION)
    for word in line_of(search).lower().split():
        named = func.lower(Account.name).contains(word, autoescape=True)
        query = query.where(or_(named, Account.siren.contains(word, autoescape=True)))
    order = (Account.closed_at.is_not(None), Account.id.in_(owned), Account.name, Account.id)
    rows = list(session.scalars(query.order_by(*order).offset(offset).limit(limit)))
    return _listed(session, rows)


def _listed(session: Session, rows: list[Account]) -> list[Listed]:
    owners: dict[int, list[str]] = {row.id: [] for row in rows}
    count = dict.fromkeys(owners, 0)
    query = (
        select(AccountMember.account_id, AccountMember.is_owner, Member.name, Member.left_at)
        .join(Member, Member.id == AccountMember.member_id)
        .where(AccountMember.account_id.in_(owners), AccountMember.left_at.is_(None))
        .order_by(Member.name, Member.id)
    )
    for account_id, is_owner, name, left_at in session.execute(query):
        count[account_id] += 1
        if is_owner and left_at is None:
            owners[account_id].append(name)
    return [Listed(account=row, owners=owners[row.id], people=count[row.id]) for row in rows]
