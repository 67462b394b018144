"""What members are told about draws; what they have won is confirmed to them as any reservation is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import Draw, DrawEntry, EntryState
from fablab.booking.signals import drawn
from fablab.core.links import link
from fablab.members import queries as members
from fablab.notices.mails import write_mail


@drawn.connect
def tell_losers(sender: Any, *, session: Session, draw: Draw, entries: Sequence[DrawEntry], now: datetime) -> None:
    """Tell those who won nothing what they wished for, and that they may wait for it."""
    lucky = {row.member_id for row in entries if row.state == EntryState.WON}
    for key in sorted({row.member_id for row in entries} - lucky):
        rows = [row for row in entries if row.member_id == key]
        where = {"entries": rows, "draw": draw, "link": link("/draws")}
        write_mail(session, members.member(session, key), "draw_lost", f"draw:{rows[0].id}", now, **where)
