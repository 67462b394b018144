"""Counting attempts in the database, under hashed keys, so that nobody can try the same thing too often."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fablab.core.db import is_postgresql
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import SignInAttempt

WINDOW = timedelta(minutes=15)
TOO_MANY = "too_many_attempts"


def count(session: Session, limits: Mapping[str, int], now: datetime) -> None:
    """Write down an attempt under each of these keys; each may have so many in a quarter of an hour.

    Raises:
        Refused: one of them has had as many already.
    """
    _wait_for_others(session, limits)
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - timedelta(days=1)))
    for key, limit in limits.items():
        check(session, key, limit, now)
    session.add_all(SignInAttempt(key=key, at=now) for key in limits)
    session.flush()


def check(session: Session, key: str, limit: int, now: datetime) -> None:
    """Raises Refused if there were as many attempts under a key in the last quarter of an hour; writes nothing."""
    query = select(func.count()).where(SignInAttempt.key == key, SignInAttempt.at > now - WINDOW)
    if (session.scalar(query) or 0) >= limit:
        raise Refused.because(TOO_MANY, _("Too many attempts. Wait a quarter of an hour, then try again."))


def forget(session: Session, key: str) -> None:
    """Forget every attempt under a key."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == key))
    session.flush()


def forget_latest(session: Session, key: str) -> None:
    """Forget the latest attempt under a key."""
    latest = select(func.max(SignInAttempt.id)).where(SignInAttempt.key == key).scalar_subquery()
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == latest))
    session.flush()


def key_of(what: str, value: str) -> str:
    """What is kept of an address or an account: nobody can read it back."""
    return hashlib.sha256(f"{what} {value}".encode()).hexdigest()


def _wait_for_others(session: Session, limits: Mapping[str, int]) -> None:
    """Let no attempt under the same keys be counted until this one is; on SQLite there is one writer anyway."""
    if is_postgresql(session):
        for key in sorted(limits):
            session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
