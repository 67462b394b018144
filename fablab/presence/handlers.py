"""What becomes of stays when their people leave for good, or turn out to be one; and who came, as arrivals tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fablab.members.models import Member
from fablab.members.privacy.inactive import seen
from fablab.members.signals import member_left, member_merged
from fablab.presence import services
from fablab.presence.models import Arrival


@seen
def came(since: datetime) -> Select[Any]:
    """Those who arrived anywhere since."""
    return select(Arrival.member_id).where(Arrival.arrived_at >= since, Arrival.member_id.is_not(None))


@member_left.connect
def end_stays(sender: Any, *, session: Session, member_ids: list[int], now: datetime, **more: Any) -> None:
    """Who has left for good is nowhere in the building."""
    for member_id in member_ids:
        services.end_stay(session, member_id, now)


@member_merged.connect
def be_in_one_place(sender: Any, *, session: Session, survivor: Member, merged: Member, now: datetime) -> None:
    """Of two records that were both present, the survivor's says where their person is."""
    row = services.end_of_double(session, merged.id, now)
    if row is not None:
        row.member_id = survivor.id
        session.flush()
