"""Checking in; who is expected today; what a reservation’s terms came to, and letting nobody pay for it."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import checking_in, fees, returning
from fablab.booking import queries as booking
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.calendar import reservations
from fablab.web.ground import access, inputs

screen = Blueprint("check_ins", __name__)
LONGEST_REASON = 500


@screen.post("/reservations/<row:reservation_id>/check-in")
def check_in(reservation_id: int) -> Response | tuple[str, int]:
    """Say that one is there, or staff that somebody is."""
    try:
        with transaction() as session:
            row = checking_in.check_in(session, access.actor(), reservation_id, clock.now())
            name, machine, is_own = row.member.name, row.resource.name, row.member_id == access.actor().member_id
    except Refused as refused:
        if access.own_path(request.form.get("next")) == url_for("check_ins.expected"):
            return _expected(reservation_id, refused.messages), 422
        return reservations.show(reservation_id, refused.refusals), 422
    said = _("You are checked in: %(machine)s is yours.", machine=machine)
    flash(said if is_own else _("Checked in: %(name)s, %(machine)s.", name=name, machine=machine), "ok")
    here = access.own_path(request.form.get("next"))
    return redirect(here or url_for("reservations.page", reservation_id=reservation_id))


@screen.get("/desk/expected")
@access.needs(Role.HOST)
def expected() -> str:
    """Who is expected today, and who has come."""
    return _expected()


@screen.post("/reservations/<row:reservation_id>/fee/waive")
def waive(reservation_id: int) -> Response | tuple[str, int]:
    """Say that nobody pays for it, and why; staff of the site alone."""
    try:
        with transaction() as session:
            reason = request.form.get("reason", "")[:LONGEST_REASON]
            fees.waive(session, access.actor(), reservation_id, reason, clock.now())
    except Refused as refused:
        return reservations.show(reservation_id, refused.refusals), 422
    flash(_("Nobody pays for it. They were told why."), "ok")
    return redirect(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/reservations/<row:reservation_id>/return")
def bring_back(reservation_id: int) -> Response | tuple[str, int]:
    """Say when it was brought back; hosts of the site."""
    now = clock.now()
    zone = booking.reservation(db.session(), reservation_id).resource.site.zone
    try:
        day = inputs.day(request.form.get("day"), now.astimezone(zone).date())
        at = inputs.wall_time(day, request.form.get("at", ""), zone)
        # The minute that is shown is not over yet.
        at = now if now - timedelta(minutes=1) < at < now + timedelta(minutes=1) else at
        with transaction() as session:
            row = returning.bring_back(session, access.actor(), reservation_id, at, now)
            name, machine = row.member.name, row.resource.name
    except Refused as refused:
        return reservations.show(reservation_id, refused.refusals), 422
    flash(_("Brought back: %(machine)s, by %(name)s.", machine=machine, name=name), "ok")
    here = access.own_path(request.form.get("next"))
    return redirect(here or url_for("reservations.page", reservation_id=reservation_id))


def _expected(refused_id: int | None = None, told: list[str] | None = None) -> str:
    now = clock.now()
    found = checking_in.expected(db.session(), access.actor(), now)
    several = len({item.reservation.resource.site_id for item in found}) > 1
    return render_template(
        "desk/expected.html",
        missing=returning.missing(db.session(), access.actor(), now),
        items=found,
        now=now,
        several=several,
        refused_id=refused_id,
        told=told or [],
    )
