"""Signing in, throttled in the database: the attempt is written down before the password is looked at.

The password itself is compared between the two transactions, since argon2 is slow by design. Whoever exists or not, the
same statements are asked and one password is compared.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.members import queries, throttle
from fablab.members.models import Member
from fablab.members.throttle import key_of

PER_ACCOUNT = 8
PER_ADDRESS = 60
_NUMBER = re.compile(r"(?:(?:n[°ºo]?|№|#)\.?\s*)?0*([1-9][0-9]{0,8})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom the typed address or number names, if anybody, and what to compare the password with."""

    member_id: int | None
    password_hash: str | None


def begin(session: Session, typed: str, address: str, now: datetime, *, what: str = "sign-in") -> Candidate:
    """Write down an attempt from a network address, and say whom it is about.

    Who has an address of their own is named by it alone, others by their member number alone: so nobody's password can
    be tried under two names, each counted apart.

    Raises:
        Refused: too many attempts on that account or from that address in the last quarter of an hour.
    """
    limits = {_account_key(what, typed): PER_ACCOUNT, key_of(f"{what} address", address): PER_ADDRESS}
    throttle.count(session, limits, now)
    member = _named(session, typed)
    if member is None or member.left_at is not None:
        return Candidate(None, None)
    return Candidate(member.id, member.password_hash)


def complete(session: Session, typed: str, address: str, *, what: str = "sign-in") -> None:
    """The password was right: forget the failures on that account, and this one attempt of the address.

    A workshop's people come from one address, so only failures may count against it.
    """
    throttle.forget(session, _account_key(what, typed))
    throttle.forget_latest(session, key_of(f"{what} address", address))


def begin_elsewhere(session: Session, address: str, now: datetime) -> None:
    """Write down that a provider sends somebody back to us from a network address.

    Raises:
        Refused: too many came from that address in vain in the last quarter of an hour.
    """
    throttle.count(session, {key_of("oidc address", address): PER_ADDRESS}, now)


def complete_elsewhere(session: Session, address: str) -> None:
    """They did sign in: forget this one attempt of the address."""
    throttle.forget_latest(session, key_of("oidc address", address))


def number_of(typed: str) -> int | None:
    """The member number that was typed as `12`, `n°12`, `no. 12` or `#12`; None for anything else."""
    found = _NUMBER.fullmatch(typed.strip())
    return int(found[1]) if found else None


def _named(session: Session, typed: str) -> Member | None:
    number = number_of(typed)
    return queries.member_by_email(session, typed) if number is None else queries.member_by_number(session, number)


def _account_key(what: str, typed: str) -> str:
    number = number_of(typed)
    return key_of(f"{what} account", typed.strip().lower() if number is None else f"number {number}")
