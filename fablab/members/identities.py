"""Accounts at OpenID providers: whose they are, and how they become somebody's.

An account is known by its issuer and subject alone. An address never makes it somebody's unless the provider says that
it verified the address and the address is that member's own; who has a role confirms with their password besides
(decision 16).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries
from fablab.members.models import Identity, Member
from fablab.members.signals import identity_linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a provider says of who has just signed in there; the token that said so was checked."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom a provider's account means here, if anybody; `must_confirm` with their password before it is theirs."""

    member_id: int | None
    must_confirm: bool = False


def recognise(session: Session, claims: Claims, now: datetime) -> Recognised:
    """Find whose account this is; a verified address that is a member's own makes it theirs from now on."""
    known = _identity(session, claims)
    if known is not None and known.member.left_at is None:
        known.last_used_at = now
        session.flush()
        return Recognised(known.member_id)
    if known is not None or not (claims.email_verified and claims.email):
        return Recognised(None)
    member = queries.member_by_email(session, claims.email)
    # Small and capital letters of ASCII alone are one: a Kelvin sign becomes a k, and is another's address.
    if member is None or member.left_at is not None or member.email != claims.email.encode().lower().decode():
        return Recognised(None)
    if queries.grants_of(session, [member.id])[member.id]:
        return Recognised(member.id, must_confirm=True)
    link(session, member.id, claims, now, used=True)
    return Recognised(member.id)


def link(session: Session, member_id: int, claims: Claims, now: datetime, *, used: bool = False) -> Identity:
    """Make an account somebody's way in; they are told by mail. Linking twice equals once.

    Raises:
        Refused: it is somebody else's, who has not left.
    """
    member = session.scalars(select(Member).where(Member.id == member_id).with_for_update()).one()
    known = _identity(session, claims)
    if known is not None and known.member_id == member_id:
        return known
    if known is not None and known.member.left_at is None:
        text = _("This account already belongs to somebody else here. They can unlink it on their page.")
        raise Refused.because("identity_taken", text)
    if known is not None:
        session.delete(known)
        session.flush()
    row = Identity(
        member_id=member_id,
        issuer=claims.issuer,
        subject=claims.subject,
        linked_at=now,
        last_used_at=now if used else None,
    )
    session.add(row)
    session.flush()
    audit.note(session, member_id, "identity.linked", now, member_id=member_id, subject=f"identity:{row.id}")
    identity_linked.send(None, session=session, member=member, identity=row, now=now)
    return row


def unlink(session: Session, member_id: int, identity_id: int, now: datetime) -> None:
    """Let an account open nothing here any more.

    Raises:
        NotFound: it is not this person's.
        Refused: it is their only way in.
    """
    # Locked, so that of two who unlink at once the second sees what is left.
    member = session.scalars(select(Member).where(Member.id == member_id).with_for_update()).one()
    rows = identities_of(session, member_id)
    row = next((row for row in rows if row.id == identity_id), None)
    if row is None:
        raise NotFound(f"identity {identity_id}")
    if member.password_hash is None and len(rows) == 1:
        text = _("This is your only way in. Set a password first, then unlink it.")
        raise Refused.because("only_way_in", text)
    session.delete(row)
    session.flush()
    audit.note(session, member_id, "identity.unlinked", now, member_id=member_id, subject=f"identity:{identity_id}")


def identities_of(session: Session, member_id: int) -> list[Identity]:
    """The accounts with which this person signs in, the oldest first."""
    return list(session.scalars(select(Identity).where(Identity.member_id == member_id).order_by(Identity.id)))


def _identity(session: Session, claims: Claims) -> Identity | None:
    query = select(Identity).options(joinedload(Identity.member))
    return session.scalar(query.where(Identity.issuer == claims.issuer, Identity.subject == claims.subject))
