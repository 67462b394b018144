"""Changes that touch reservations, with what callers decided for these."""

from collections.abc import Callable
from typing import TypeVar

from fablab.api.auth import actor
from fablab.api.schemas import DecisionsIn
from fablab.booking.affected import Decisions
from fablab.booking.changes import change_hours
from fablab.core import clock
from fablab.core.db import transaction
from fablab.core.i18n import _

Made = TypeVar("Made")


def decisions(body: DecisionsIn) -> Decisions:
    """The decisions of a request's body."""
    return Decisions(dict(body.decisions), body.others)


def changed_hours(
    body: DecisionsIn, site_id: int, verb: Callable[..., Made], *arguments: object, reason: str = "", **more: object
) -> Made:
    """Call a service's verb that changes a site's hours, for the caller and in a transaction; what it made."""
    with transaction() as session:
        who, why = actor(), reason or _("The opening hours change.")

        def change() -> Made:
            return verb(session, who, *arguments, **more)

        return change_hours(session, who, site_id, change, decisions(body), why, clock.now())
