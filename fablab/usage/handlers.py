"""What of somebody's use stands in the way of erasing them."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.core.i18n import _
from fablab.core.refusals import Refusal
from fablab.members.signals import erasing
from fablab.usage.models import UsageSession


@erasing.connect
def stand_in_the_way(sender: Any, *, session: Session, member_ids: list[int], **more: Any) -> list[Refusal]:
    """A use that goes on, or of which staff have still to say what it was."""
    waits = or_(UsageSession.ended_at.is_(None), UsageSession.review.is_not(None))
    query = select(UsageSession.id).where(UsageSession.member_id.in_(member_ids), waits)
    if session.scalar(query.limit(1)) is None:
        return []
    text = _("A machine is in use, or staff have still to look at a use. Wait until it is settled.")
    return [Refusal("in_use", text)]
