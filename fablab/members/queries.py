"""What is asked of people and their accounts."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.core.actor import including
from fablab.core.errors import NotFound
from fablab.core.text import plain_of
from fablab.members.actor import Actor
from fablab.members.models import (
    AccessToken,
    Account,
    AccountKind,
    AccountMember,
    Guardianship,
    Member,
    MemberClass,
    PasswordToken,
    Project,
    Role,
    RoleGrant,
)
from fablab.members.records import identities_of
from fablab.members.rights import roles_of

_ACCOUNTS = select(Account).where(
    or_(
        Account.owner_id == bindparam("member_id"),
        Account.owner_id.in_(
            select(Guardianship.guardian_id).where(
                Guardianship.ward_id == bindparam("member_id"), Guardianship.pays, Guardianship.ended_at.is_(None)
            )
        ),
        Account.id.in_(
            select(AccountMember.account_id).where(
                AccountMember.member_id == bindparam("member_id"), AccountMember.left_at.is_(None)
            )
        ),
    ),
    Account.closed_at.is_(None),
)


_TOKEN = (
    select(AccessToken.id, AccessToken.member_id, Member.locale, AccessToken.last_used_at)
    .join(Member, Member.id == AccessToken.member_id)
    .where(AccessToken.hash == bindparam("hash"), AccessToken.revoked_at.is_(None), Member.left_at.is_(None))
)


def hash_of(secret: str) -> str:
    """What is kept of a random secret (128 bits and more need no slow hash)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def member(session: Session, member_id: int) -> Member:
    """The person with this id; NotFound if there is none."""
    found = session.get(Member, member_id)
    if found is None:
        raise NotFound(f"member {member_id}")
    return found


def member_by_email(session: Session, email: str) -> Member | None:
    """The person with this address, whatever its case."""
    return session.scalar(select(Member).where(Member.email == email.strip().lower()))


def member_by_number(session: Session, number: int) -> Member | None:
    """The person with this member number, if they have no address of their own to sign in with."""
    return session.scalar(select(Member).where(Member.id == number, Member.email.is_(None)))


def actor(session: Session, member_id: int) -> Actor:
    """The person with all their roles, as one who asks."""
    return Actor(member_id, roles_of(session, [member_id])[member_id])


def grants_of(session: Session, member_ids: Iterable[int]) -> dict[int, list[RoleGrant]]:
    """The roles of each of these people."""
    found: dict[int, list[RoleGrant]] = {member_id: [] for member_id in member_ids}
    for row in session.scalars(select(RoleGrant).where(RoleGrant.member_id.in_(found)).order_by(RoleGrant.id)):
        found[row.member_id].append(row)
    return found


def members(session: Session, search: str = "", *, limit: int = 100) -> list[Member]:
    """People whose name or address contains the words, by name; those who left are not among them."""
    query = select(Member).options(joinedload(Member.member_class)).where(Member.left_at.is_(None))
    query = query.where(*matching(search))
    return list(session.scalars(query.order_by(Member.name_key, Member.id).limit(limit)))


def matching(search: str) -> list[ColumnElement[bool]]:
    """The conditions under which a person is meant by these words: each is in the name, whatever its accents, or in
    an address; a number may be their member number.
    """
    found = []
    for word in plain_of(search).split():
        meant = [Member.name_key.contains(word, autoescape=True), Member.email.contains(word, autoescape=True)]
        meant.append(Member.shared_email.contains(word, autoescape=True))
        if word.isascii() and word.isdigit() and len(word) < 10:
            meant.append(Member.id == int(word))
        found.append(or_(*meant))
    return found


def holders_of(session: Session, roles: Iterable[Role], site_id: int) -> list[Member]:
    """The people who have one of these roles at a site, or in the whole network, by name."""
    of_network = RoleGrant.site_id.is_(None) & RoleGrant.legal_entity_id.is_(None)
    held = select(RoleGrant.member_id).where(
        RoleGrant.role.in_(list(roles)), or_(RoleGrant.site_id == site_id, of_network)
    )
    query = select(Member).where(Member.id.in_(held), Member.left_at.is_(None)).order_by(Member.name, Member.id)
    return list(session.scalars(query))


def fabmanagers_of(session: Session, site_id: int) -> list[Member]:
    """Who is told what a site's staff must know: its fabmanagers, or the network's administrators where it has none."""
    return holders_of(session, [Role.FABMANAGER], site_id) or holders_of(session, [Role.ADMIN], site_id)


def lock_members(session: Session, member_ids: Iterable[int]) -> None:
    """Let nobody else promise these people's time until the transaction ends, in the order of their ids."""
    query = select(Member.id).where(Member.id.in_(set(member_ids))).order_by(Member.id)
    session.scalars(query.with_for_update(key_share=True)).all()


def names_of(session: Session, member_ids: Iterable[int]) -> dict[int, str]:
    """The name of each of these people."""
    rows = session.execute(select(Member.id, Member.name).where(Member.id.in_(set(member_ids))))
    return {row.id: row.name for row in rows}


def staff_of(session: Session, site_id: int, role: Role = Role.FABMANAGER) -> list[Member]:
    """Those whose own role at a site, or in the whole network, includes this one; by name, without those who left."""
    return holders_of(session, including(role), site_id)


def classes(session: Session) -> list[MemberClass]:
    """Every class of members, in their order."""
    return list(session.scalars(select(MemberClass).order_by(MemberClass.position, MemberClass.id)))


def personal_account(session: Session, member_id: int) -> Account:
    """The person's own account that is open; every member has one."""
    query = select(Account).where(
        Account.owner_id == member_id, Account.kind == AccountKind.PERSONAL, Account.closed_at.is_(None)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"personal account of member {member_id}")
    return found


def personal_accounts(session: Session, member_ids: Iterable[int]) -> list[Account]:
    """Those of several people, in one statement."""
    query = select(Account).where(
        Account.owner_id.in_(set(member_ids)), Account.kind == AccountKind.PERSONAL, Account.closed_at.is_(None)
    )
    return list(session.scalars(query.order_by(Account.id)))


def account(session: Session, account_id: int) -> Account:
    """The account with this id; NotFound if there is none."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound(f"account {account_id}")
    return found


def lock_account(session: Session, account_id: int) -> Account:
    """The account as it is now, and nobody else spends on it or changes it until the transaction ends: every cap lies
    within one account, so that its row is enough. Resources are locked before it. NotFound if there is none.
    """
    query = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"account {account_id}")
    return found


def lock_accounts(session: Session, account_ids: Iterable[int]) -> None:
    """The same for several, in the order of their ids."""
    query = select(Account.id).where(Account.id.in_(set(account_ids))).order_by(Account.id)
    session.scalars(query.with_for_update(key_share=True)).all()


def accounts_of(session: Session, member_id: int) -> list[Account]:
    """The open accounts that this person may use now: those of guardians who pay for them, their own, organisations'.

    The first is the one that pays where nobody chooses.
    """

    def order(row: Account) -> tuple[bool, bool, str, int]:
        return row.kind != AccountKind.PERSONAL, row.owner_id == member_id, row.name, row.id

    return sorted(session.scalars(_ACCOUNTS, {"member_id": member_id}), key=order)


def identities(session: Session, member_id: int) -> list[int]:
    """This person's record and those that were merged into it, whose rows for good still name them."""
    return list(identities_of(session, [member_id])[member_id])


def accounts_seen_by(session: Session, member_id: int) -> list[int]:
    """The accounts whose invoices this person may see: their own, and those of organisations that they own, closed
    ones among them.
    """
    owned = select(AccountMember.account_id).where(
        AccountMember.member_id == member_id, AccountMember.left_at.is_(None), AccountMember.is_owner
    )
    own = Account.owner_id.in_(identities(session, member_id))
    return sorted(session.scalars(select(Account.id).where(or_(own, Account.id.in_(owned)))))


def projects_of(session: Session, account_ids: Iterable[int]) -> list[Project]:
    """The open projects of these accounts, by name."""
    query = select(Project).where(Project.account_id.in_(set(account_ids)), Project.closed_at.is_(None))
    return list(session.scalars(query.order_by(Project.name)))


def tokens_of(session: Session, member_id: int) -> list[AccessToken]:
    """The person's API tokens that still open something, newest first."""
    query = select(AccessToken).where(AccessToken.member_id == member_id, AccessToken.revoked_at.is_(None))
    return list(session.scalars(query.order_by(AccessToken.id.desc())))


@dataclass(frozen=True, slots=True)
class LivingToken:
    """A token that opens what its owner may, and the language that they read."""

    id: int
    member_id: int
    locale: str
    last_used_at: datetime | None


def token(session: Session, secret: str) -> LivingToken | None:
    """The living token with this secret, if its owner has not left."""
    row = session.connection().execute(_TOKEN, {"hash": hash_of(secret)}).first()
    return LivingToken(*row) if row else None


def password_token(session: Session, secret: str, now: datetime) -> PasswordToken | None:
    """The link's row, if it was neither used nor has run out."""
    query = select(PasswordToken).where(
        PasswordToken.hash == hash_of(secret), PasswordToken.used_at.is_(None), PasswordToken.expires_at > now
    )
    return session.scalar(query)


def owners_of(session: Session, account_id: int) -> list[Member]:
    """The people who answer for an account: the person whose own it is, or the organisation's owners."""
    owned = select(AccountMember.member_id).where(
        AccountMember.account_id == account_id, AccountMember.left_at.is_(None), AccountMember.is_owner
    )
    # The account of a record that was merged is its survivor's.
    whose = func.coalesce(Member.merged_into_id, Member.id)
    personal = select(whose).join(Account, Account.owner_id == Member.id).where(Account.id == account_id)
    query = select(Member).where(or_(Member.id.in_(owned), Member.id.in_(personal)), Member.left_at.is_(None))
    return list(session.scalars(query.order_by(Member.id)))
