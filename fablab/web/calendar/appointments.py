"""For advisers and staff: who comes and who came to whom, and what came of it."""

from flask import Blueprint, render_template

from fablab.booking import outcomes
from fablab.core import clock
from fablab.core.db import db
from fablab.web.ground import access

screen = Blueprint("appointments", __name__)


@screen.get("/appointments")
def page() -> str:
    """What is to be noted, who comes next, and what came of the last ones."""
    now = clock.now()
    found = outcomes.appointments(db.session(), access.actor(), now)
    return render_template(
        "appointments/page.html",
        to_note=[item for item in found if item.outcome is None and item.reservation.ends_at <= now],
        coming=[item for item in found if item.reservation.ends_at > now],
        past=[item for item in reversed(found) if item.outcome is not None and item.reservation.ends_at <= now],
    )
