"""What billing does when a use ends, staff decide about one, something is sold, or a reservation was given back late:
it writes the charge. And what of somebody's accounts stands in the way of erasing them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.billing import fees
from fablab.billing.charges import bring_in_line
from fablab.billing.items import charge_membership as charge_for
from fablab.billing.queries import waits_for_invoice, waits_for_price
from fablab.booking.models import ReservationFee
from fablab.booking.signals import fee_settled, fee_waived
from fablab.core.i18n import _
from fablab.core.refusals import Refusal
from fablab.members.models import Membership
from fablab.members.signals import erasing, membership_sold
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


@fee_settled.connect
def charge_fee(sender: Any, *, session: Session, fee: ReservationFee, now: datetime) -> None:
    """Write what is due for what was given back late, or missed."""
    fees.charge_fee(session, fee, now)


@fee_waived.connect
def waive_fee(sender: Any, *, session: Session, fee: ReservationFee, by_id: int, now: datetime) -> None:
    """Take it back."""
    fees.waive_fee(session, fee, by_id, now)


@erasing.connect
def stand_in_the_way(sender: Any, *, session: Session, member_ids: list[int], **more: Any) -> list[Refusal]:
    """What is not invoiced yet: once erased, nobody would know to whom. An administrator may do without the money."""
    reasons = []
    if waits_for_invoice(session, member_ids) or fees.fees_wait(session, member_ids):
        text = _(
            "Something is charged and not invoiced yet. It is invoiced with the month; then nothing is in the way."
        )
        reasons.append(Refusal("uninvoiced", text, overridable=True))
    if waits_for_price(session, member_ids):
        text = _("A use waits for its price, and cannot be invoiced before.")
        reasons.append(Refusal("unpriced", text, overridable=True))
    return reasons
