"""Staff reserve although rules speak against it: with a reason in writing, and logged."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking.models import Reservation
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core import audit
from fablab.core.refusals import Refusal
from fablab.members.actor import Actor, Role


def overridden(actor: Actor, wish: Wish, resource: Resource, reasons: Sequence[Refusal]) -> list[Refusal]:
    """The reasons that staff of the site override by saying why; none unless they may override every one of them."""
    may = actor.may_at_site(Role.FABMANAGER, resource.site_id)
    if not may or not wish.override_reason.strip() or not all(reason.overridable for reason in reasons):
        return []
    return list(reasons)


def note(session: Session, actor: Actor, reservation: Reservation, now: datetime) -> None:
    """Write into the log what was overridden."""
    audit.note(
        session,
        actor.member_id,
        "reservation.overridden",
        now,
        member_id=reservation.member_id,
        site_id=reservation.resource.site_id,
        subject=f"reservation:{reservation.id}",
        details={"codes": reservation.override_codes},
    )
