"""Changing a site's hours from a form: one transaction, and the page that asks when it touches reservations."""

from collections.abc import Callable

from fablab.booking.affected import Undecided
from fablab.booking.changes import change_hours
from fablab.core import clock
from fablab.core.db import transaction
from fablab.core.i18n import _
from fablab.web.ground import access, decisions


def make(
    site_id: int, back: str, verb: Callable[..., object], *arguments: object, reason: str = "", **more: object
) -> tuple[str, int] | None:
    """Call a service's verb for the person who is signed in, with what was decided for those whom it touches; None
    once it is made, or the page that asks. What else the verb raises is the caller's.
    """
    try:
        with transaction() as session:
            actor = access.actor()
            change_hours(
                session,
                actor,
                site_id,
                lambda: verb(session, actor, *arguments, **more),
                decisions.asked(),
                reason or _("The opening hours change."),
                clock.now(),
            )
    except Undecided as undecided:
        return decisions.page(undecided, _("Before the hours change"), back)
    return None
