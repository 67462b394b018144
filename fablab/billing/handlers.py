"""What billing does when a use ends or staff decide about one: it writes the charge."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.billing.charges import bring_in_line
from fablab.usage.models import UsageSession
from fablab.usage.signals import session_closed, session_settled


@session_closed.connect
@session_settled.connect
def charge_use(sender: Any, *, session: Session, usage: UsageSession, now: datetime) -> None:
    """Write, or put right, the charge of a use."""
    bring_in_line(session, usage, now)
