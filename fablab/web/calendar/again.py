"""Reserving the same once more: the same machine, length and payer, at the next time of that hour which works."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from fablab.booking import queries, services
from fablab.booking.models import Nature, Reservation
from fablab.booking.suggesting import what_would_work
from fablab.booking.wishes import Wish, wish_of
from fablab.core import clock
from fablab.core.db import db
from fablab.core.period import Period, boundary_of
from fablab.core.refusals import Refused
from fablab.web.calendar import asking
from fablab.web.ground import access, pickers
from fablab.web.ground.filters import utc

screen = Blueprint("again", __name__)


@screen.get("/reservations/<row:reservation_id>/again")
def page(reservation_id: int) -> Response:
    """To the sheet, filled in like a reservation of before."""
    now = clock.now()
    found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
    period = _period(found, now)
    return redirect(
        url_for(
            "sheet.page",
            code=found.resource.code,
            start=utc(period.start),
            minutes=period.minutes,
            payer=f"{found.account_id}:{found.project_id}" if found.project_id else str(found.account_id),
            for_whom=_for_whom(found),
            nature=found.nature if found.nature != Nature.MEMBER else None,
            places=found.places if found.places > 1 else None,
            job=found.job or None,
            guests=found.guests or None,
        )
    )


def _period(found: Reservation, now: datetime) -> Period:
    """The first time of the same hour after now, and after that reservation; or what works nearest to it."""
    length = max(timedelta(minutes=5), timedelta(minutes=found.period.minutes))
    start = _same_hour(found.starts_at, max(now, found.starts_at), found.resource.site.zone)
    wish = replace(wish_of(found), period=Period(start, start + length), companion_id=None)
    if _works(wish, now):
        return wish.period
    slots = what_would_work(db.session(), wish, now, most=1)
    return slots[0].period if slots and slots[0].resource_id == found.resource_id else wish.period


def _works(wish: Wish, now: datetime) -> bool:
    try:
        reasons = services.reasons_against(db.session(), access.actor(), wish, now)
    except Refused:
        return False
    return all(reason.code in asking.ANSWERS for reason in reasons)


def _same_hour(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The next instant after another at which the wall's clock shows the same time of day."""
    wall, day = before.astimezone(zone).time().replace(second=0, microsecond=0, fold=0), after.astimezone(zone).date()
    found = boundary_of(day, wall, zone)
    return found if found > after else boundary_of(day + timedelta(days=1), wall, zone)


def _for_whom(found: Reservation) -> str | None:
    """Whom it was for, as the sheet names them: nobody for oneself."""
    if found.member_id == access.actor().member_id:
        return None
    if any(
        choice.value == f"{pickers.WARD}{found.member_id}" for choice in pickers.wards(access.actor().member_id, "")
    ):
        return f"{pickers.WARD}{found.member_id}"
    return found.member.email or found.member.name
