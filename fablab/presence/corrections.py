"""Mending what was written down today, by staff of the site and never silently."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.members import queries as members
from fablab.presence import queries, services
from fablab.presence.models import Arrival
from fablab.presence.services import LONGEST_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What shall stand there instead; a member's arrival has neither a name, a label nor a number."""

    reason_id: int
    public_kind_id: int | None
    headcount: int = 1
    guest_name: str = ""
    label: str = ""


def correction_of(row: Arrival) -> Correction:
    """What stands there now."""
    return Correction(
        reason_id=row.reason_id,
        public_kind_id=row.public_kind_id,
        headcount=row.headcount,
        guest_name=row.guest_name or "",
        label=row.label,
    )


def correct(
    session: Session, actor: Actor, arrival_id: int, correction: Correction, version: int, now: datetime
) -> Arrival:
    """Change what an arrival of today says, as read at `version`.

    Raises:
        NotFound: there is no such arrival for this person to see.
        Forbidden: it is their own, and they are not a host of the site.
        Refused: it is of another day, or what was written does not hold together; every reason.
        Conflict: somebody else changed it since.
    """
    row = _own(session, actor, arrival_id, now)
    check_version(row.version, version)
    was = correction_of(row)
    new_reason = correction.reason_id if correction.reason_id != was.reason_id else None
    new_kind = correction.public_kind_id if correction.public_kind_id != was.public_kind_id else None
    refusals = services.check_headcount(correction.headcount)
    refusals += services.check_choices(session, new_reason, new_kind)
    if row.member_id is not None and (correction.headcount, correction.guest_name, correction.label) != (1, "", ""):
        refusals.append(Refusal("member_or_guests", _("Say either which member comes, or which guests.")))
    if refusals:
        raise Refused(refusals)
    row.reason_id, row.public_kind_id = correction.reason_id, correction.public_kind_id
    row.headcount = correction.headcount
    row.guest_name = line_of(correction.guest_name)[:LONGEST_NAME] or None
    row.label = line_of(correction.label)[:LONGEST_NAME]
    row.version += 1
    session.flush()
    session.refresh(row, ["reason", "public_kind"])
    changed = {
        f"{name}_{when}": getattr(card, name)
        for name in ("reason_id", "public_kind_id", "headcount")
        for when, card in (("before", was), ("after", correction))
        if getattr(was, name) != getattr(correction, name)
    }
    _note(session, actor, "arrival.corrected", row, now, changed)
    return row


def reopen(session: Session, actor: Actor, arrival_id: int, now: datetime) -> Arrival:
    """Take a departure of today back: they are still there. Twice equals once.

    Raises:
        NotFound: there is no such arrival for this person to see.
        Forbidden: it is their own, and they are not a host of the site.
        Refused: it is of another day, or the person has arrived again since.
    """
    row = _own(session, actor, arrival_id, now)
    if row.departed_at is None:
        return row
    if row.member_id is not None:
        members.lock_members(session, [row.member_id])
        if queries.open_arrival_of(session, row.member_id) is not None:
            raise Refused.because("arrived_again", _("This person has arrived again since. Look at that arrival."))
    ended = row.ended
    row.departed_at = row.ended = None
    row.version += 1
    session.flush()
    _note(session, actor, "arrival.reopened", row, now, {"ended": ended})
    return row


def remove(session: Session, actor: Actor, arrival_id: int, now: datetime) -> None:
    """Take an arrival of today out of the book: it was a mistake.

    Raises:
        NotFound: there is no such arrival for this person to see.
        Forbidden: it is their own, and they are not a host of the site.
        Refused: it is of another day.
    """
    row = _own(session, actor, arrival_id, now)
    _note(session, actor, "arrival.removed", row, now, {"reason_id": row.reason_id, "headcount": row.headcount})
    session.delete(row)
    session.flush()


def is_of_today(row: Arrival, now: datetime) -> bool:
    """Tell whether an arrival may still be mended: it is of today on the site's clock, or has not ended."""
    zone = row.site.zone
    return row.departed_at is None or row.arrived_at.astimezone(zone).date() == now.astimezone(zone).date()


def forget_guests(session: Session, before: datetime) -> int:
    """Empty the names of guests who arrived before an instant; their visits stay counted. How many there were."""
    query = select(Arrival).where(Arrival.guest_name.is_not(None), Arrival.arrived_at < before).limit(queries.MOST)
    rows = list(session.scalars(query))
    for row in rows:
        row.guest_name = None
    session.flush()
    return len(rows)


def _own(session: Session, actor: Actor, arrival_id: int, now: datetime) -> Arrival:
    row = services.seen_by(session, actor, arrival_id, lock=True)
    if not actor.may_at_site(Role.HOST, row.site_id):
        raise Forbidden(f"{Role.HOST} at site {row.site_id}")
    if not is_of_today(row, now):
        text = _("Only what was written down today can be mended: figures of days that are over stay as they are.")
        raise Refused.because("not_today", text)
    return row


def _note(
    session: Session,
    actor: Actor,
    action: str,
    row: Arrival,
    now: datetime,
    details: dict[str, str | int | bool | None],
) -> None:
    audit.note(
        session,
        actor.member_id,
        action,
        now,
        member_id=row.member_id,
        site_id=row.site_id,
        subject=f"arrival:{row.id}",
        details=details,
    )
