"""Signing in, throttled in the database: the attempt is written down before the password is looked at.

The password itself is compared between the two transactions, since argon2 is slow by design.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.members import queries, throttle
from fablab.members.throttle import key_of

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
    limits = {key_of(f"{what} account", wanted): PER_ACCOUNT, key_of(f"{what} address", address): PER_ADDRESS}
    throttle.count(session, limits, now)
    member = queries.member_by_email(session, wanted)
    if member is None or member.left_at is not None:
        return Candidate(None, None)
    return Candidate(member.id, member.password_hash)


def complete(session: Session, email: str, address: str, *, what: str = "sign-in") -> None:
    """The password was right: forget the failures on that account, and this one attempt of the address.

    A workshop's people come from one address, so only failures may count against it.
    """
    throttle.forget(session, key_of(f"{what} account", email.strip().lower()))
    throttle.forget_latest(session, key_of(f"{what} address", address))
