"""Uses that are charged and months that are closed, for the tests of invoices."""

from datetime import UTC, datetime, timedelta

from fablab.billing.models import Invoice
from fablab.billing.month import Draft, drafts, issue
from fablab.core.db import transaction
from fablab.usage import services as desk
from tests.conftest import Lab
from tests.prints import Printer

MARCH = datetime(2026, 3, 3, 10, tzinfo=UTC)
APRIL_2 = datetime(2026, 4, 2, 9, tzinfo=UTC)
"""When March is closed."""


def use(lab: Lab, who: int, start: datetime = MARCH, seconds: int = 3600, *, resource: int | None = None) -> int:
    """A use of a member that is charged to their own account; the id of its session."""
    usage = Printer(lab, resource or lab.cast.printer).prints(start, seconds).id
    with transaction() as session:
        desk.give(session, lab.actor(lab.cast.admin), usage, who, start + timedelta(days=1))
    return usage


def close(
    lab: Lab, month: str = "2026-03", now: datetime = APRIL_2, *, who: int | None = None, **more: bool
) -> list[int]:
    """Issue a month; the ids of the invoices."""
    with transaction() as session:
        actor = lab.actor(who) if who else None
        return [invoice.id for invoice in issue(session, actor, lab.cast.entity, month, now, **more)]


def drafted(lab: Lab, month: str = "2026-03") -> list[tuple[int, int]]:
    """What would be issued: accounts and gross cents."""
    lab.session.rollback()
    found: list[Draft] = drafts(lab.session, lab.cast.entity, month)
    return [(draft.account.owner_id or 0, draft.bill.gross_cents) for draft in found]


def invoices(lab: Lab) -> list[Invoice]:
    """All that was issued, in its order."""
    lab.session.rollback()
    return lab.session.query(Invoice).order_by(Invoice.id).all()
