"""Invitations into an organisation's account: by mail or by a link, for one person each; only a hash is kept.

Whoever opens it, signed in, joins: a mailed one proves that they read that address, which need not be the one that
they sign in with. Inviting an address is answered alike whether it is a member's or not.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fablab.core.actor import Actor
from fablab.core.audit import note
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members import queries, throttle
from fablab.members.models import AccountInvitation, AccountMember
from fablab.members.organisations import rights
from fablab.members.services import clean_email
from fablab.members.signals import account_invitation_made

LIFE = timedelta(days=14)
AT_ONCE = 30
"""How many somebody may make in a quarter of an hour; mails to strangers are not for the taking."""


def invite(session: Session, actor: Actor, account_id: int, email: str, now: datetime) -> tuple[AccountInvitation, str]:
    """Invite one person, by mail to an address or (empty) by a link; the row, and the link's secret.

    Raises:
        NotFound, Forbidden: the account is not theirs to see, or to change.
        Refused: the address is none, it is no organisation's account, it is closed, or they made too many.
    """
    account = rights.edited(session, actor, account_id)
    if not account.is_organisation:
        text = _("Only an organisation’s account has several people. Ask the lab’s staff to found one.")
        raise Refused.because("personal", text)
    if account.closed_at is not None:
        raise Refused.because("account_closed", _("This account is closed. Open it again first."))
    address = clean_email(email) if line_of(email) else None
    throttle.count(session, {throttle.key_of("account invitation", str(actor.member_id)): AT_ONCE}, now)
    _forget_addresses(session, account_id, now)
    secret = secrets.token_urlsafe(24)
    row = AccountInvitation(
        account_id=account_id,
        email=address,
        hash=queries.hash_of(secret),
        made_by_id=actor.member_id,
        made_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    if address is not None:
        account_invitation_made.send(None, session=session, invitation=row, secret=secret, now=now)
    return row, secret


def open_invitations(session: Session, account_id: int, now: datetime) -> list[AccountInvitation]:
    """Those that still let somebody in, the newest first."""
    query = select(AccountInvitation).where(
        AccountInvitation.account_id == account_id,
        AccountInvitation.used_at.is_(None),
        AccountInvitation.revoked_at.is_(None),
        AccountInvitation.expires_at > now,
    )
    return list(session.scalars(query.order_by(AccountInvitation.id.desc())))


def revoke(session: Session, actor: Actor, account_id: int, invitation_id: int, now: datetime) -> None:
    """Let nobody in with it any more; twice equals once.

    Raises:
        NotFound, Forbidden: the account is not theirs to see or to change, or it has no such invitation.
    """
    rights.edited(session, actor, account_id)
    row = session.get(AccountInvitation, invitation_id, with_for_update=True)
    if row is None or row.account_id != account_id:
        raise NotFound(f"account invitation {invitation_id}")
    if row.used_at is None:
        row.revoked_at, row.email = row.revoked_at or now, None
    session.flush()


def invitation(session: Session, secret: str, now: datetime) -> AccountInvitation:
    """The invitation that a link opens; NotFound if it lets nobody in, or no more."""
    found = _by_secret(session, secret)
    if found is None or found.used_at or found.revoked_at or found.expires_at <= now or found.account.closed_at:
        raise NotFound("account invitation")
    return found


def accept(session: Session, actor: Actor, secret: str, now: datetime) -> AccountMember:
    """Join the account that a link opens; twice equals once. Who is in it already stays as they are, and the link
    stays for another.

    Raises:
        NotFound: the link opens nothing, or no more.
    """
    known = _by_secret(session, secret)
    if known is None:
        raise NotFound("account invitation")
    # Accounts are locked before their invitations by whoever changes either.
    queries.lock_account(session, known.account_id)
    query = select(AccountInvitation).where(AccountInvitation.id == known.id).with_for_update()
    session.scalar(query.execution_options(populate_existing=True))
    present = rights.place_of(session, known.account_id, actor.member_id)
    if present is not None and known.used_by_id == actor.member_id:
        return present
    row = invitation(session, secret, now)
    if present is not None:
        return present
    place = AccountMember(account_id=row.account_id, member_id=actor.member_id, joined_at=now)
    session.add(place)
    row.used_by_id, row.used_at, row.email = actor.member_id, now, None
    session.flush()
    who, subject = actor.member_id, f"account:{row.account_id}"
    note(session, who, "account_member.joined", now, member_id=who, subject=subject, details={"invitation": row.id})
    return place


def _by_secret(session: Session, secret: str) -> AccountInvitation | None:
    return session.scalar(select(AccountInvitation).where(AccountInvitation.hash == queries.hash_of(secret)))


def _forget_addresses(session: Session, account_id: int, now: datetime) -> None:
    """An address that nobody answered from is kept no longer than its invitation."""
    over = (AccountInvitation.account_id == account_id, AccountInvitation.expires_at <= now)
    session.execute(update(AccountInvitation).where(*over).values(email=None))
