"""Holds: what keeps somebody from using a site or the network, placed and lifted by staff or by the lab itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.core.text import lines_of
from fablab.members import queries as members
from fablab.members.conduct import queries
from fablab.members.conduct.checks import check_taking_back, given_reason, reasons_against
from fablab.members.conduct.signals import hold_lifted, hold_placed
from fablab.members.models import Hold, HoldKind, Member
from fablab.sites import queries as sites

FURTHEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCard:
    """Who may not use a site (None: the network), why, and from when (None: now) until when (None: until lifted)."""

    member_id: int
    kind: HoldKind
    reason: str
    site_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    key: str | None = None
    """What it is for: the same key is placed once, also after it was lifted."""


def may_settle(actor: Actor, kind: str, site_id: int | None) -> bool:
    """Tell whether somebody may place and lift holds of this kind there: fabmanagers at their site, administrators in
    the network, and treasurers what is unpaid there.
    """
    if site_id is not None:
        return actor.may_at_site(Role.FABMANAGER, site_id)
    return actor.may_everywhere(Role.ADMIN) or (kind == HoldKind.UNPAID and queries.is_treasurer(actor))


def place_hold(session: Session, actor: Actor | None, card: HoldCard, now: datetime) -> Hold:
    """Keep somebody from using the lab; the actor None is the lab itself. A key that was placed before is not placed
    again: its hold is returned as it is.

    Raises:
        Forbidden: not a fabmanager of that site; for the network, neither an administrator nor, for what is unpaid, a
            treasurer.
        NotFound: there is no such person or site.
        Refused: no reason, an end before it begins, oneself, or somebody whose record is no more.
        Conflict: the key is that of a hold on somebody else, of another kind, or elsewhere.
    """
    if card.site_id is not None:
        sites.site(session, card.site_id)
    if actor is not None and not may_settle(actor, card.kind, card.site_id):
        raise Forbidden(f"hold at site {card.site_id}")
    member = members.member(session, card.member_id)
    members.lock_members(session, [member.id])
    known = session.scalar(select(Hold).where(Hold.key == card.key)) if card.key else None
    if known is not None:
        _check_same(known, card)
        return known
    starts_at = card.starts_at or now
    reasons = _reasons_against(actor, member, card, starts_at, now)
    if reasons:
        raise Refused(reasons)
    row = Hold(
        member_id=member.id,
        kind=card.kind,
        site_id=card.site_id,
        reason=lines_of(card.reason),
        key=card.key,
        placed_at=now,
        placed_by_id=actor.member_id if actor else None,
        starts_at=starts_at,
        ends_at=card.ends_at,
    )
    return announce(session, row, now)


def announce(session: Session, row: Hold, now: datetime) -> Hold:
    """Write a hold that was decided, log it, and tell of it."""
    session.add(row)
    session.flush()
    days = (row.ends_at - row.starts_at).days if row.ends_at else None
    audit.note(
        session,
        row.placed_by_id,
        "hold.placed",
        now,
        member_id=row.member_id,
        site_id=row.site_id,
        subject=f"hold:{row.id}",
        details={"kind": row.kind, "days": days},
    )
    hold_placed.send(None, session=session, hold=row, now=now)
    return row


def lift_hold(session: Session, actor: Actor | None, hold_id: int, why: str, now: datetime) -> Hold:
    """Let somebody use the lab again; the actor None is the lab itself. Lifting twice, or what is over, changes
    nothing. Nobody lifts a hold of their own as long as there is somebody else who may.

    Raises:
        NotFound: there is no such hold, or it is not theirs to see.
        Forbidden: they may see it, and not lift it.
        Refused: no reason was given, or it is their own.
    """
    row = queries.hold(session, hold_id)
    if actor is not None:
        check_taking_back(session, actor, row, may=may_settle(actor, row.kind, row.site_id))
    members.lock_members(session, [row.member_id])
    session.refresh(row)
    if row.lifted_at is not None or (row.ends_at is not None and row.ends_at <= now):
        return row
    words = given_reason(why)
    row.lifted_at, row.lifted_why = now, words
    row.lifted_by_id = actor.member_id if actor else None
    session.flush()
    audit.note(
        session,
        row.lifted_by_id,
        "hold.lifted",
        now,
        member_id=row.member_id,
        site_id=row.site_id,
        subject=f"hold:{row.id}",
        details={"kind": row.kind},
    )
    hold_lifted.send(None, session=session, hold=row, now=now)
    return row


def lift_by_key(session: Session, key: str, why: str, now: datetime) -> None:
    """Lift what the lab itself placed under a key, such as an invoice that is paid now; nothing if there is none."""
    row = session.scalar(select(Hold).where(Hold.key == key))
    if row is not None:
        lift_hold(session, None, row.id, why, now)


def _check_same(known: Hold, card: HoldCard) -> None:
    """A key is no way to read what others were told; and who placed it must not believe that this person is held."""
    if (known.member_id, known.kind, known.site_id) != (card.member_id, card.kind, card.site_id):
        raise Conflict.because("key_used", _("This key is that of another hold already. Choose another one."))


def _reasons_against(
    actor: Actor | None, member: Member, card: HoldCard, starts_at: datetime, now: datetime
) -> list[Refusal]:
    reasons = reasons_against(actor, member, card.reason)
    if card.ends_at is not None and card.ends_at <= max(starts_at, now):
        reasons.append(Refusal("ends_at", _("It would end before it begins. Choose a later day, or none.")))
    if not now - timedelta(days=1) <= starts_at <= now + FURTHEST or (card.ends_at or now) > now + FURTHEST:
        reasons.append(Refusal("starts_at", _("It begins today or later, and ends within ten years.")))
    return reasons
