"""Another time or machine for a reservation, going on a little longer, leaving early."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import moving, queries
from fablab.booking.models import Nature, Reservation
from fablab.booking.moving import Change
from fablab.booking.suggesting import Slot, what_would_work
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period, show_time
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.web.ground import access, inputs
from fablab.web.ground.filters import utc

screen = Blueprint("moving", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form says: as it is typed, so that nothing is lost."""

    resource_id: int
    day: str
    start: str
    minutes: int
    version: int

    def period(self, resource: Resource) -> Period:
        """The time that is meant, on the clock of the resource's site; Refused for one that it does not show."""
        begins = inputs.wall_time(date.fromisoformat(self.day), self.start, resource.site.zone)
        return Period(begins, begins + timedelta(minutes=self.minutes))


@screen.get("/reservations/<row:reservation_id>/move")
def page(reservation_id: int) -> str:
    """The form, with what holds now; or with a time that was suggested."""
    found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
    return _show(found, _present(found), [])


@screen.post("/reservations/<row:reservation_id>/move")
def move(reservation_id: int) -> Response | tuple[str, int]:
    """Move it; or the form again, with every reason why not and what would work."""
    now = clock.now()
    found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
    asked = _asked(found)
    try:
        resource = catalog.resource(db.session(), asked.resource_id)
        wanted = Change(resource_id=resource.id, period=asked.period(resource), version=asked.version)
        with transaction() as session:
            moved = moving.change(session, access.actor(), reservation_id, wanted, now)
            said = show_period(moved.period, moved.resource.site.zone)
    except Refused as refused:
        found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
        return _show(found, asked, _told(refused)), 409 if isinstance(refused, Conflict) else 422
    flash(_("Moved: %(machine)s, %(when)s", machine=resource.name, when=said), "ok")
    return redirect(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/reservations/<row:reservation_id>/extend")
def extend(reservation_id: int) -> Response:
    """Go on by so many minutes."""
    now, more = clock.now(), timedelta(minutes=inputs.minutes(request.form.get("minutes"), 30))
    try:
        with transaction() as session:
            seen = queries.reservation_seen_by(session, access.actor(), reservation_id)
            until = seen.ends_at + more
            moving.extend(session, access.actor(), reservation_id, until, now)
            said = show_time(until, seen.resource.site.zone)
        flash(_("You may go on until %(time)s.", time=said), "ok")
    except Refused as refused:
        flash(" ".join(_told(refused)), "error")
    return _back(reservation_id)


@screen.post("/reservations/<row:reservation_id>/end")
def end(reservation_id: int) -> Response:
    """Leave, and give the rest back."""
    try:
        with transaction() as session:
            moving.end_now(session, access.actor(), reservation_id, clock.now())
        flash(_("Thank you: the rest of the time is free for others."), "ok")
    except Refused as refused:
        flash(" ".join(_told(refused)), "error")
    return _back(reservation_id)


def _back(reservation_id: int) -> Response:
    own = access.own_path(request.form.get("next"))
    return redirect(own or url_for("reservations.page", reservation_id=reservation_id))


def _told(refused: Refused) -> list[str]:
    return [f"{item.message} {item.remedy}".strip() for item in refused.refusals]


def _present(found: Reservation) -> Asked:
    """What holds, or what the address suggests instead."""
    start, zone = found.starts_at, found.resource.site.zone
    if request.args.get("start"):
        start = inputs.instant(request.args["start"])
    local = start.astimezone(zone)
    return Asked(
        resource_id=inputs.row_id(request.args.get("resource")) or found.resource_id,
        day=local.date().isoformat(),
        start=f"{local:%H:%M}",
        minutes=inputs.minutes(request.args.get("minutes"), found.period.minutes),
        version=found.version,
    )


def _asked(found: Reservation) -> Asked:
    form = request.form
    return Asked(
        resource_id=inputs.row_id(form.get("resource")) or found.resource_id,
        day=inputs.day(form.get("day"), found.starts_at.date()).isoformat(),
        start=(form.get("start") or "")[:5],
        minutes=inputs.minutes(form.get("minutes"), found.period.minutes),
        version=inputs.row_id(form.get("version")) or 0,
    )


def _show(found: Reservation, asked: Asked, reasons: list[str]) -> str:
    session, now = db.session(), clock.now()
    alike = [row for row in catalog.resources(session) if row.category_id == found.resource.category_id]
    alike.sort(key=lambda row: (row.site_id != found.resource.site_id, row.name))
    return render_template(
        "sheet/move.html",
        reservation=found,
        asked=asked,
        reasons=reasons,
        resources=alike,
        slots=[(slot, _link(found, slot), _label(found, slot)) for slot in _slots(found, asked)] if reasons else [],
        is_open=found.ends_at > now and found.state == "booked" and found.started_at is None,
    )


def _slots(found: Reservation, asked: Asked) -> list[Slot]:
    """What would work instead of what was asked for."""
    resource = next((row for row in catalog.resources(db.session()) if row.id == asked.resource_id), None)
    if resource is None:
        return []
    try:
        period = asked.period(resource)
    except Refused:
        return []
    wish = Wish(
        resource_id=resource.id,
        period=period,
        member_id=found.member_id,
        account_id=found.account_id,
        project_id=found.project_id,
        nature=Nature(found.nature),
        places=found.places,
        job=found.job,
        guests=found.guests,
    )
    return what_would_work(db.session(), wish, clock.now(), apart_from=(found.id,))


def _link(found: Reservation, slot: Slot) -> str:
    return url_for(
        "moving.page",
        reservation_id=found.id,
        resource=slot.resource_id,
        start=utc(slot.period.start),
        minutes=slot.period.minutes,
    )


def _label(found: Reservation, slot: Slot) -> str:
    when = show_period(slot.period, found.resource.site.zone)
    return when if slot.resource_id == found.resource_id else f"{slot.name} · {when}"
