"""Who is here cannot be erased, and cannot be two people who are one; and who came, as arrivals tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from fablab.core.i18n import _
from fablab.core.refusals import Refusal
from fablab.members.models import Member
from fablab.members.privacy.inactive import seen
from fablab.members.signals import erasing, member_merged, merging
from fablab.presence import services
from fablab.presence.models import Arrival


@seen
def came(since: datetime) -> Select[Any]:
    """Those who came since."""
    return select(Arrival.member_id).where(Arrival.arrived_at >= since, Arrival.member_id.is_not(None))


@erasing.connect
def stand_in_the_way(sender: Any, *, session: Session, member_ids: list[int], **more: Any) -> list[Refusal]:
    """Who is in the building is on the list that is read out when it burns."""
    query = select(Arrival.id).where(Arrival.member_id.in_(member_ids), Arrival.departed_at.is_(None))
    if session.scalar(query.limit(1)) is None:
        return []
    return [Refusal("present", _("They are in the building now. Say first that they leave."))]


@merging.connect
def doubt(sender: Any, *, session: Session, survivor: Member, merged: Member, **more: Any) -> list[Refusal]:
    """Two who were in the building at the same time are probably two."""
    other = aliased(Arrival)
    began_within = or_(Arrival.departed_at.is_(None), other.arrived_at < Arrival.departed_at)
    ended_after = or_(other.departed_at.is_(None), other.departed_at > Arrival.arrived_at)
    query = (
        select(Arrival.id)
        .join(other, began_within & ended_after)
        .where(Arrival.member_id == survivor.id, other.member_id == merged.id)
    )
    if session.scalar(query.limit(1)) is None:
        return []
    text = _("Both were in the building at the same time: they may be two people.")
    return [Refusal("present_at_once", text, overridable=True)]


@member_merged.connect
def end_stay(sender: Any, *, session: Session, survivor: Member, merged: Member, now: datetime) -> None:
    """The survivor's stay says where their person is; the other one is over, and is theirs with the rest."""
    row = services.end_of_double(session, merged.id, now)
    if row is not None:
        row.member_id = survivor.id
        session.flush()
