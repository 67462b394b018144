"""Who may see an account, who may change it, and who may say who owns it.

Owners keep their accounts. Treasurers (of the network or of any legal entity) and administrators may do it for them,
since they invoice them. Fabmanagers found organisations, look after those that nobody answers for, and see who is in
which. Everybody else who uses an account sees what is theirs in it.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import Forbidden, NotFound
from fablab.members import queries
from fablab.members.models import Account, AccountMember, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What somebody may do with an account that they may see."""

    account: Account
    place: AccountMember | None
    """Their own place in it, if they are one of its people."""
    may_edit: bool
    """Its card, its people, its projects, its caps; and see all that was spent."""
    may_appoint: bool
    """Say who owns it."""
    may_see_people: bool


def is_treasurer(actor: Actor) -> bool:
    """Tell whether somebody is a treasurer, or an administrator, of the network or of a legal entity."""
    return any(grant.role in (Role.TREASURER, Role.ADMIN) and grant.site_id is None for grant in actor.grants)


def is_staff(actor: Actor) -> bool:
    """Tell whether somebody founds organisations: fabmanagers, treasurers, administrators."""
    return is_treasurer(actor) or actor.may_anywhere(Role.FABMANAGER)


def needs_staff(actor: Actor) -> None:
    """Raises Forbidden unless `is_staff`."""
    if not is_staff(actor):
        raise Forbidden("organisations")


def sight(session: Session, actor: Actor, account_id: int) -> Sight:
    """An account as somebody may see it.

    Raises:
        NotFound: there is none, or it is nothing to them; nobody is told which.
    """
    account = queries.account(session, account_id)
    place = place_of(session, account_id, actor.member_id)
    owns = account.owner_id == actor.member_id or (place is not None and place.is_owner)
    edits = owns or is_treasurer(actor)
    staff = account.is_organisation and is_staff(actor)
    if not edits and not staff and place is None:
        raise NotFound(f"account {account_id}")
    orphan = staff and not has_owner(session, account_id)
    return Sight(
        account=account,
        place=place,
        may_edit=edits,
        may_appoint=account.is_organisation and account.closed_at is None and (edits or orphan),
        may_see_people=edits or staff,
    )


def kept(session: Session, actor: Actor, account_id: int) -> Sight:
    """An account that somebody keeps: owns, or may change for its owners.

    Raises:
        NotFound: there is none, or it is nothing to them.
        Forbidden: they may see it, and not change it.
    """
    seen = sight(session, actor, account_id)
    if not seen.may_edit:
        raise Forbidden(f"account {account_id}")
    return seen


def keeps(session: Session, actor: Actor, account_id: int) -> bool:
    """Tell whether somebody keeps an account."""
    try:
        return sight(session, actor, account_id).may_edit
    except NotFound:
        return False


def edited(session: Session, actor: Actor, account_id: int) -> Account:
    """The same for somebody who is about to change it: locked until the transaction ends."""
    queries.lock_account(session, account_id)
    return kept(session, actor, account_id).account


def place_of(session: Session, account_id: int, member_id: int) -> AccountMember | None:
    """Somebody's present place in an organisation's account."""
    query = select(AccountMember).where(
        AccountMember.account_id == account_id, AccountMember.member_id == member_id, AccountMember.left_at.is_(None)
    )
    return session.scalar(query.execution_options(populate_existing=True))


def has_owner(session: Session, account_id: int, *, apart_from: int | None = None) -> bool:
    """Tell whether somebody who has not left the network owns an organisation's account."""
    query = (
        select(AccountMember.id)
        .join(Member, Member.id == AccountMember.member_id)
        .where(
            AccountMember.account_id == account_id,
            AccountMember.left_at.is_(None),
            AccountMember.is_owner,
            AccountMember.member_id != (apart_from or 0),
            Member.left_at.is_(None),
        )
    )
    return session.scalar(query.limit(1)) is not None
