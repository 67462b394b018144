"""What callers decided for the reservations that a change touches."""

from fablab.api.schemas import DecisionsIn
from fablab.booking.affected import Decisions


def decisions(body: DecisionsIn) -> Decisions:
    """The decisions of a request's body."""
    return Decisions(dict(body.decisions), body.others)
