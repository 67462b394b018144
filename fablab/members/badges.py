"""Badges and PINs: how somebody without a smartphone says who they are at a terminal of the lab.

A terminal first counts the attempt, in a transaction of its own; then asks `identify` or `identify_by_pin`; and lets
an attempt that was right count no longer. A PIN is compared with argon2, outside of any transaction.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import passwords, pins, queries, throttle
from fablab.members.models import Badge, Member
from fablab.members.queries import hash_of
from fablab.members.throttle import key_of

SHORTEST, LONGEST = 6, 64
"""Signs of a badge's code."""
PER_MEMBER = 5
"""Wrong PINs of one member in a quarter of an hour."""
PER_TERMINAL = 40
"""Wrong badges and PINs at one terminal in a quarter of an hour."""
_HINT = 4


def badges_of(session: Session, member_id: int) -> list[Badge]:
    """The badges of a person that open something, the latest first."""
    query = select(Badge).where(Badge.member_id == member_id, Badge.ended_at.is_(None))
    return list(session.scalars(query.order_by(Badge.id.desc())))


def give_badge(session: Session, actor: Actor, member_id: int, code: str, now: datetime) -> Badge:
    """Give somebody a badge, as a reader reads its code; the one that they had ends.

    Raises:
        Forbidden: not a host of any site.
        NotFound: there is no such person.
        Refused: the code is too short or too long, somebody has it, or the person has left; every reason.
    """
    actor.needs_anywhere(Role.HOST)
    person = _locked(session, member_id)
    reasons = _gone(person)
    plain = plain_code(code)
    if not SHORTEST <= len(plain) <= LONGEST:
        text = _("A badge’s code has from %(least)s to %(most)s signs.", least=SHORTEST, most=LONGEST)
        reasons.append(Refusal("badge_code", text))
    taken = session.scalar(select(Badge).where(Badge.hash == hash_of(plain), Badge.ended_at.is_(None)))
    if taken is not None:
        same = taken.member_id == member_id
        text = _("This person has this badge already.") if same else _("Somebody has this badge already. End it first.")
        reasons.append(Refusal("badge_taken", text))
    if reasons:
        raise Refused(reasons)
    for row in badges_of(session, member_id):
        _end(session, actor, row, now)
    given = Badge(
        member_id=member_id,
        hash=hash_of(plain),
        hint=plain[-_HINT:],
        given_at=now,
        given_by_id=actor.member_id,
    )
    session.add(given)
    session.flush()
    audit.note(session, actor.member_id, "badge.given", now, member_id=member_id, subject=f"badge:{given.id}")
    return given


def end_badge(session: Session, actor: Actor, member_id: int, badge_id: int, now: datetime) -> None:
    """End a badge that was lost or given back; twice equals once. One's own anybody may end.

    Raises:
        Forbidden: it is another's, and they are not a host of any site.
        NotFound: this person has had no such badge.
    """
    _check_right(actor, member_id)
    row = session.get(Badge, badge_id)
    if row is None or row.member_id != member_id:
        raise NotFound(f"badge {badge_id}")
    if row.ended_at is None:
        _end(session, actor, row, now)


def set_pin(session: Session, actor: Actor, member_id: int, pin_hash: str | None, now: datetime) -> None:
    """Replace a person's PIN by what `passwords.hash_password` made of one that `pins.check` found good, or (None)
    take it away.

    Raises:
        Forbidden: it is another's, and they are not a host of any site.
        NotFound: there is no such person.
        Refused: the person has left.
    """
    _check_right(actor, member_id)
    person = _locked(session, member_id)
    reasons = _gone(person)
    if reasons:
        raise Refused(reasons)
    person.pin_hash = pin_hash
    session.flush()
    throttle.forget(session, _member_key(member_id))
    if actor.member_id != member_id:
        action = "pin.set" if pin_hash else "pin.removed"
        audit.note(session, actor.member_id, action, now, member_id=member_id)


def reasons_against_pin(session: Session, actor: Actor, member_id: int, pin: str) -> list[Refusal]:
    """Every reason why this cannot be the person's PIN, before it is hashed.

    Raises:
        Forbidden: it is another's, and they are not a host of any site.
        NotFound: there is no such person.
    """
    _check_right(actor, member_id)
    person = queries.member(session, member_id)
    return pins.check(pin, person.id, person.birth_date)


def count_attempt(session: Session, terminal: str, now: datetime, *, number: int | None = None) -> None:
    """Count an attempt at a terminal, and at a member's number where one was typed, in a transaction of its own.

    Raises:
        Refused: too many have failed there, or for this member, in the last quarter of an hour.
    """
    limits = {_terminal_key(terminal): PER_TERMINAL}
    if number is not None:
        limits[_member_key(number)] = PER_MEMBER
    throttle.count(session, limits, now)


def forget_attempt(session: Session, terminal: str, *, number: int | None = None) -> None:
    """The attempt was right: only failures count."""
    throttle.forget_latest(session, _terminal_key(terminal))
    if number is not None:
        throttle.forget(session, _member_key(number))


def identify(session: Session, code: str) -> int | None:
    """Whose badge this is: the member's id; None if it opens nothing."""
    query = select(Badge.member_id).where(Badge.hash == hash_of(plain_code(code)), Badge.ended_at.is_(None))
    found = session.scalar(query)
    person = None if found is None else _present(session, found)
    return person.id if person else None


def identify_by_pin(session: Session, number: int, pin: str) -> int | None:
    """The member with this number, if this is their PIN, else None. Slow by design: outside of a transaction."""
    person = _present(session, number)
    if not passwords.matches(person.pin_hash if person else None, pin):
        return None
    return person.id if person else None


def plain_code(code: str) -> str:
    """A badge's code as it is kept: readers differ in capitals, and people type spaces."""
    return line_of(code).replace(" ", "").upper()


def _present(session: Session, member_id: int) -> Member | None:
    """The person behind a record, who may have been merged into another; None if they have left."""
    person = session.get(Member, member_id)
    seen = set()
    while person is not None and person.merged_into_id is not None and person.id not in seen:
        seen.add(person.id)
        person = session.get(Member, person.merged_into_id)
    return None if person is None or person.left_at is not None else person


def _locked(session: Session, member_id: int) -> Member:
    queries.lock_members(session, [member_id])
    return queries.member(session, member_id)


def _gone(person: Member) -> list[Refusal]:
    if person.left_at is None and person.merged_into_id is None:
        return []
    return [Refusal("member_left", _("This person is no member, or has left."))]


def _check_right(actor: Actor, member_id: int) -> None:
    if actor.member_id != member_id:
        actor.needs_anywhere(Role.HOST)


def _end(session: Session, actor: Actor, row: Badge, now: datetime) -> None:
    row.ended_at = now
    session.flush()
    audit.note(session, actor.member_id, "badge.ended", now, member_id=row.member_id, subject=f"badge:{row.id}")


def _terminal_key(terminal: str) -> str:
    return key_of("terminal", terminal)


def _member_key(number: int) -> str:
    return key_of("pin", str(number))
