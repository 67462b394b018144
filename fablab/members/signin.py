"""Signing in, throttled in the database: the attempt is written down before the password is looked at.

The password itself is compared between the two transactions, since argon2 is slow by design.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fablab.core.db import is_postgresql
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries
from fablab.members.models import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 8
PER_ADDRESS = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom the typed address names, if anybody, and what to compare the password with."""

    member_id: int | None
    password_hash: str | None


def begin(session: Session, email: str, address: str, now: datetime, *, what: str = "sign-in") -> Candidate:
    """Write down an attempt from a network address, and say whom it is about.

    Raises:
        Refused: too many attempts on that account or from that address in the last quarter of an hour.
    """
    wanted = email.strip().lower()
    limits = {_key(f"{what} account", wanted): PER_ACCOUNT, _key(f"{what} address", address): PER_ADDRESS}
    _wait_for_others(session, limits)
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - timedelta(days=1)))
    for key, limit in limits.items():
        query = select(func.count()).where(SignInAttempt.key == key, SignInAttempt.at > now - WINDOW)
        if (session.scalar(query) or 0) >= limit:
            text = _("Too many attempts. Wait a quarter of an hour, then try again.")
            raise Refused.because("too_many_attempts", text)
    session.add_all(SignInAttempt(key=key, at=now) for key in limits)
    session.flush()
    member = queries.member_by_email(session, wanted)
    if member is None or member.left_at is not None:
        return Candidate(None, None)
    return Candidate(member.id, member.password_hash)


def complete(session: Session, email: str, address: str, *, what: str = "sign-in") -> None:
    """The password was right: forget the failures on that account, and this one attempt of the address.

    A workshop's people come from one address, so only failures may count against it.
    """
    account, place = _key(f"{what} account", email.strip().lower()), _key(f"{what} address", address)
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == account))
    latest = select(func.max(SignInAttempt.id)).where(SignInAttempt.key == place).scalar_subquery()
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == latest))
    session.flush()


def _wait_for_others(session: Session, keys: Iterable[str]) -> None:
    """Let no attempt under the same keys be counted until this one is; on SQLite there is one writer anyway."""
    if is_postgresql(session):
        for key in sorted(keys):
            session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))


def _key(what: str, value: str) -> str:
    return hashlib.sha256(f"{what} {value}".encode()).hexdigest()
