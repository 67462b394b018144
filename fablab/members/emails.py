"""Another address of one's own: it counts once a link that was mailed to it was opened.

Whoever asks for somebody else's address is answered like everybody; only the mail, which its owner reads, differs.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.members import queries, services
from fablab.members.models import EmailChange, Member
from fablab.members.signals import email_change_asked, email_changed

LIFE = timedelta(hours=24)


def ask(session: Session, member_id: int, email: str, now: datetime) -> None:
    """Have a link mailed to a new address; nothing is mailed, and nobody is told, where somebody has it already.

    Raises:
        Refused: it is no address.
    """
    member, address = queries.member(session, member_id), services.clean_email(email)
    secret = secrets.token_urlsafe(32)
    session.add(
        EmailChange(
            member_id=member.id,
            email=address,
            hash=queries.hash_of(secret),
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    session.flush()
    if queries.member_by_email(session, address) is None:
        email_change_asked.send(None, session=session, member=member, email=address, secret=secret, now=now)


def change(session: Session, secret: str, now: datetime) -> Member:
    """Make the address that a link proves somebody's own; the old one is told, links sent to it die.

    Raises:
        NotFound: the link is used or too old, or its person has left.
        Refused: the address has become somebody else's meanwhile.
    """
    row = session.scalar(_open(secret, now))
    if row is None:
        raise NotFound("email change")
    member = session.scalar(select(Member).where(Member.id == row.member_id).with_for_update())
    if member is None or member.left_at is not None:
        raise NotFound("email change")
    address = services.own_email(session, row.email, member.id)
    before, member.email = member.email, address
    member.version += 1
    row.used_at = now
    session.flush()
    services.end_links(session, member.id, now)
    audit.note(session, member.id, "email.changed", now, member_id=member.id)
    if before is not None and before != address:
        email_changed.send(None, session=session, member=member, before=before, now=now)
    return member


def asked(session: Session, secret: str, now: datetime) -> EmailChange | None:
    """What a link would change, if it still does."""
    return session.scalar(_open(secret, now))


def _open(secret: str, now: datetime) -> Select[EmailChange]:
    wanted = (EmailChange.hash == queries.hash_of(secret), EmailChange.used_at.is_(None), EmailChange.expires_at > now)
    return select(EmailChange).where(*wanted).with_for_update()
