"""What becomes of wishes when people leave or turn out to be one."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from fablab.booking import paying
from fablab.booking.models import DrawEntry, EntryState
from fablab.members.models import Member
from fablab.members.signals import member_left, member_merged


@member_left.connect
def withdraw(sender: Any, *, session: Session, member_ids: list[int], now: datetime, **more: Any) -> None:
    """Whoever has left takes part in no draw."""
    theirs = update(DrawEntry).where(DrawEntry.member_id.in_(member_ids), DrawEntry.state == EntryState.OPEN)
    session.execute(theirs.values(state=EntryState.WITHDRAWN, settled_at=now))


@member_merged.connect
def pay_from_own(sender: Any, *, session: Session, survivor: Member, merged: Member, **more: Any) -> None:
    """Whoever wished on the own account of a record that is no more wished on that of the one that stays."""
    paying.own_again(session, DrawEntry, survivor, merged)
