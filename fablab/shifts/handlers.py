"""What becomes of shifts when their people leave, or turn out to be one; and who came, as shifts tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from fablab.core.i18n import _
from fablab.core.refusals import Refusal
from fablab.members.actor import Actor
from fablab.members.models import Member
from fablab.members.privacy.inactive import seen
from fablab.members.signals import member_left, member_merged, merging
from fablab.shifts import services
from fablab.shifts.models import Duty, DutyState, Shift


@seen
def took(since: datetime) -> Select[Any]:
    """Those who took a shift that ended since, or is to come."""
    return select(Duty.member_id).join(Shift).where(Shift.ends_at >= since)


@member_left.connect
def drop(sender: Any, *, session: Session, member_ids: list[int], now: datetime, **more: Any) -> None:
    """Give up the shifts ahead of somebody who has left; staff are told where people are missing now."""
    for duty in _standing(session, member_ids, now):
        services.drop(session, Actor(duty.member_id), duty.id, _("Has left the lab."), now)


@merging.connect
def doubt(sender: Any, *, session: Session, survivor: Member, merged: Member, **more: Any) -> list[Refusal]:
    """Two who took the same shift were there at once, and are probably two."""
    other = aliased(Duty)
    query = (
        select(Duty.id)
        .join(other, other.shift_id == Duty.shift_id)
        .where(Duty.member_id == survivor.id, other.member_id == merged.id)
        .where(Duty.state == DutyState.CONFIRMED, other.state == DutyState.CONFIRMED)
    )
    if session.scalar(query.limit(1)) is None:
        return []
    text = _("Both took the same shift, and were there at once: they may be two people.")
    return [Refusal("at_once", text, overridable=True)]


@member_merged.connect
def join(sender: Any, *, session: Session, survivor: Member, merged: Member, now: datetime) -> None:
    """A shift that both took is taken once; the survivor's promise counts."""
    for duty in _standing(session, [merged.id], now):
        services.drop(session, Actor(merged.id), duty.id, _("Their record is now one with another."), now)


def _standing(session: Session, member_ids: list[int], now: datetime) -> list[Duty]:
    query = (
        select(Duty)
        .join(Duty.shift)
        .where(Duty.member_id.in_(member_ids), Duty.state.in_(services.STANDING))
        .where(Shift.ends_at > now, Shift.withdrawn_at.is_(None))
    )
    return list(session.scalars(query.order_by(Duty.shift_id, Duty.id)))
