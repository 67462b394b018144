"""Writing rules for a lab under test, and reserving under them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fablab.booking import services
from fablab.booking.policy import writing
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.booking.services import Wish
from fablab.core.db import transaction
from fablab.core.period import Period
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""A Monday."""
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


def rule(
    lab: Lab,
    kind: str,
    params: Mapping[str, object],
    scope: Scope | None = None,
    *,
    now: datetime = NOW,
    **more: object,
) -> int:
    """Let a rule hold at the workshop, or wherever the scope says; `by` an administrator, or somebody else."""
    by, place = more.pop("by", lab.cast.admin), scope or Scope(site_id=lab.cast.workshop)
    with transaction() as session:
        card = RuleCard(kind=kind, params=params, scope=place, **more)
        return writing.add(session, lab.actor(by), card, now).id


def book(lab: Lab, who: int, period: Period, *, now: datetime = NOW, by: int | None = None, **more: object) -> int:
    """Reserve the printer for somebody."""
    wish = Wish(**{"resource_id": lab.cast.printer, "period": period, "member_id": who, **more})
    with transaction() as session:
        return services.book(session, lab.actor(by or who), wish, now).id
