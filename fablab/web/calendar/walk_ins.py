"""Walking in: from a machine’s own page, begin at once if it is free, or check in to what one has reserved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from fablab.billing.prices import quote
from fablab.booking import checking_in, free_time, services
from fablab.booking.models import Reservation
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_time
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.web.calendar import offers
from fablab.web.calendar.offers import Choice
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("walk_ins", __name__)
LENGTHS = (1, 2, 4)
"""How many slots the lengths on offer last."""
FAR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody who stands at the machine may do at once."""

    mine: Reservation | None
    """Theirs, to which they may check in."""
    until: datetime | None
    """When it is given to others."""
    choices: list[Choice]
    """How long they may have it from now on."""
    request_key: str


def offer(resource: Resource, now: datetime) -> Offer | None:
    """What the person who looks may do at once; None where that is nothing."""
    if not current_user.is_authenticated or current_user.only_looks:
        return None
    session, actor = db.session(), access.actor()
    mine = checking_in.own_on(session, actor, resource.id, now)
    window = checking_in.window_of(session, mine, now) if mine else None
    choices = [] if mine else _choices(resource, now)
    if mine is None and not choices:
        return None
    return Offer(mine, window.closes_at if window else None, choices, str(uuid4()))


@screen.post("/m/<code>/start")
def start(code: str) -> Response | tuple[str, int]:
    """Begin at once; or every reason why not."""
    now = clock.now()
    resource = catalog.resource_by_code(db.session(), code)
    minutes = inputs.minutes(request.form.get("minutes"), resource.slot_minutes)
    wish = _wish(resource, minutes, now, request.form.get("request_key") or None)
    try:
        with transaction() as session:
            row = services.walk_in(session, access.actor(), wish, now)
            until = row.ends_at
    except Refused as refused:
        resource = catalog.resource_by_code(db.session(), code)
        status = status_of(refused)
        page = render_template("machine/refused.html", resource=resource, reasons=refused.messages, minutes=minutes)
        return page, status
    zone = resource.site.zone
    flash(_("%(machine)s is yours until %(time)s.", machine=resource.name, time=show_time(until, zone)), "ok")
    return redirect(url_for("machine.page", code=code))


def _choices(resource: Resource, now: datetime) -> list[Choice]:
    """The lengths that would be granted; each is judged as if it were asked for."""
    session, actor = db.session(), access.actor()
    ahead = Period(now, now + FAR)
    free = free_time.availability(session, [resource], ahead, now, access.levels())[0].free
    cap = offers.free_for(free, now)
    lengths = [resource.slot_minutes * count for count in LENGTHS if resource.slot_minutes * count <= cap]
    granted = [
        length for length in lengths if not services.reasons_against(session, actor, _wish(resource, length, now), now)
    ]
    price = quote(session, resource, members.member(session, actor.member_id), now)
    return offers.duration_choices(granted, now, 0, resource.site.zone, price)


def _wish(resource: Resource, minutes: int, now: datetime, request_key: str | None = None) -> Wish:
    period = Period(now, now + timedelta(minutes=minutes))
    return Wish(resource_id=resource.id, period=period, member_id=access.actor().member_id, request_key=request_key)
