"""A reservation of one's own, or of a site where one is staff: look at it, give it back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.prices import quote
from fablab.booking import queries as booking
from fablab.booking import services
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.web import access, inputs

screen = Blueprint("reservations", __name__)


@screen.get("/reservations/<row:reservation_id>")
def page(reservation_id: int) -> str:
    """What was reserved, and the button that gives it back: the one question before it is gone."""
    return _show(reservation_id)


@screen.post("/reservations/<row:reservation_id>/cancel")
def cancel(reservation_id: int) -> Response | tuple[str, int]:
    """Give it back."""
    now = clock.now()
    try:
        with transaction() as session:
            reservation = services.cancel(session, access.actor(), reservation_id, now)
            machine, period, zone = reservation.resource.name, reservation.period, reservation.resource.site.zone
    except Refused as refused:
        return _show(reservation_id, [refusal.message for refusal in refused.refusals]), 422
    flash(_("Cancelled: %(machine)s, %(when)s", machine=machine, when=show_period(period, zone)), "ok")
    return redirect(access.own_path(request.form.get("next")) or url_for("me.page"))


def _show(reservation_id: int, reasons: list[str] | None = None) -> str:
    session, now = db.session(), clock.now()
    found = booking.reservation_seen_by(session, access.actor(), reservation_id)
    member = members.member(session, found.member_id)
    price = quote(session, found.resource, member, found.starts_at)
    template = "sheet/_reservation.html" if inputs.from_htmx() else "sheet/reservation.html"
    is_open = found.ends_at > now and found.state == "booked"
    came_from = access.own_path(request.args.get("next") or request.form.get("next"))
    account = members.account(session, found.account_id)
    return render_template(
        template,
        reservation=found,
        account=account,
        quote=price,
        reasons=reasons or [],
        is_open=is_open,
        came_from=came_from,
        is_own=found.member_id == access.actor().member_id,
    )
