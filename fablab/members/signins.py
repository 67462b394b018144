"""Open sign-ins, one row each: opening, recognising by a cookie, listing, and ending one, the others or all.

A row opens something while nobody has ended it, its person's `session_version` is what it was, it was used in the last
two weeks, and it is not older than three months. So whatever must end all of a person's sign-ins need only count the
version up, and a cookie that was copied dies with the row that it names.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.members import queries
from fablab.members.models import Member, SignIn

IDLE = timedelta(days=14)
OLDEST = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=5)
"""How often it is written down at most that a sign-in is used: reading a page must rarely write."""

PASSWORD = "password"
WELCOME = "welcome"
OIDC = "oidc:"
SIGNED_OUT = "signed_out"
REVOKED = "revoked"
REPLACED = "replaced"
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in that was just opened: its row's id, and what its cookie carries."""

    id: int
    cookie: str


def open_sign_in(session: Session, member: Member, how: str, device: str, now: datetime) -> Opened:
    """Open a sign-in; rows of this person that have been dead for long are forgotten meanwhile."""
    session.execute(delete(SignIn).where(SignIn.member_id == member.id, SignIn.last_seen_at < now - OLDEST))
    secret = secrets.token_urlsafe(32)
    row = SignIn(
        member_id=member.id,
        hash=_hash(member.id, secret),
        session_version=member.session_version,
        how=how,
        device=device,
        began_at=now,
        last_seen_at=now,
    )
    session.add(row)
    session.flush()
    audit.note(
        session,
        member.id,
        "sign_in.opened",
        now,
        member_id=member.id,
        subject=f"sign_in:{row.id}",
        details={"how": how},
    )
    return Opened(row.id, f"{row.id}.{secret}")


def behind(session: Session, cookie: str, now: datetime) -> tuple[SignIn, Member] | None:
    """The living sign-in that a cookie opens, and whose it is; in one statement."""
    number, _dot, secret = cookie.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    query = select(SignIn, Member).join(Member, Member.id == SignIn.member_id).where(SignIn.id == int(number))
    found = session.execute(query).first()
    if found is None:
        return None
    row, member = found
    if not hmac.compare_digest(row.hash, _hash(member.id, secret)) or not is_living(row, member, now):
        return None
    return row, member


def is_living(row: SignIn, member: Member, now: datetime) -> bool:
    """Tell whether a sign-in still opens something."""
    return (
        row.ended_at is None
        and member.left_at is None
        and row.session_version == member.session_version
        and now - row.last_seen_at < IDLE
        and now - row.began_at < OLDEST
    )


def sign_ins_of(session: Session, member_id: int, now: datetime) -> list[SignIn]:
    """The person's sign-ins that still open something, the latest used first."""
    query = select(SignIn, Member).join(Member, Member.id == SignIn.member_id)
    query = query.where(SignIn.member_id == member_id, SignIn.ended_at.is_(None))
    rows = session.execute(query.order_by(SignIn.last_seen_at.desc(), SignIn.id.desc()))
    return [row for row, member in rows if is_living(row, member, now)]


def note_seen(session: Session, sign_in_id: int, now: datetime) -> None:
    """Remember that a sign-in is used, unless that was written down just before."""
    due = (SignIn.id == sign_in_id, SignIn.last_seen_at <= now - SEEN_EVERY)
    session.execute(update(SignIn).where(*due).values(last_seen_at=now))


def end(session: Session, member_id: int, sign_in_id: int, how: str, now: datetime) -> None:
    """End one sign-in of this person; ending twice equals once.

    Raises:
        NotFound: it is not theirs.
    """
    row = session.get(SignIn, sign_in_id)
    if row is None or row.member_id != member_id:
        raise NotFound(f"sign-in {sign_in_id}")
    if row.ended_at is None:
        row.ended_at, row.ended_how = now, how
        session.flush()
        subject = f"sign_in:{row.id}"
        audit.note(session, member_id, "sign_in.ended", now, member_id=member_id, subject=subject, details={"how": how})


def end_others(session: Session, member_id: int, keep_id: int | None, how: str, now: datetime) -> int:
    """End every sign-in of this person but one (None: all of them); returns how many were open."""
    open_ = [SignIn.member_id == member_id, SignIn.ended_at.is_(None)]
    if keep_id is not None:
        open_.append(SignIn.id != keep_id)
    ended = session.execute(update(SignIn).where(*open_).values(ended_at=now, ended_how=how).returning(SignIn.id))
    count = len(ended.all())
    if count:
        details: dict[str, str | int | bool | None] = {"how": how, "count": count}
        audit.note(session, member_id, "sign_ins.ended", now, member_id=member_id, details=details)
    return count


def end_everywhere(session: Session, member_id: int, how: str, now: datetime) -> None:
    """Sign out everywhere: every cookie of this person is dead after, this browser's too."""
    member = queries.member(session, member_id)
    member.session_version += 1
    session.flush()
    end_others(session, member_id, None, how, now)


def _hash(member_id: int, secret: str) -> str:
    return queries.hash_of(f"{member_id}.{secret}")
