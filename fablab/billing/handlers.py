"""What billing does when a use ends, staff decide about one, or something is sold: it writes the charge."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.billing.charges import bring_in_line
from fablab.billing.items import charge_membership as charge_for
from fablab.members.models import Membership
from fablab.members.signals import membership_sold
from fablab.usage.models import UsageSession
from fablab.usage.signals import session_closed, session_settled


@session_closed.connect
@session_settled.connect
def charge_use(sender: Any, *, session: Session, usage: UsageSession, now: datetime) -> None:
    """Write, or put right, the charge of a use."""
    bring_in_line(session, usage, now)


@membership_sold.connect
def charge_membership(sender: Any, *, session: Session, membership: Membership, now: datetime) -> None:
    """Write what is due for a membership."""
    charge_for(session, membership, now)
