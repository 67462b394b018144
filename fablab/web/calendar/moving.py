"""Another time or machine for a reservation, going on a little longer, leaving early."""

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import afterwards, moving, queries, staff, terms
from fablab.booking.models import Reservation
from fablab.booking.moving import Change
from fablab.booking.policy import rows
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period, show_time
from fablab.core.refusals import Refusal, Refused
from fablab.web.calendar import asking, moves, reservations
from fablab.web.calendar.moves import Asked
from fablab.web.calendar.onward import onward
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("moving", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSheet:
    """All that the form shows."""

    reservation: Reservation
    asked: Asked
    resources: list[Resource]
    refusals: list[Refusal]
    would_work: list[tuple[str, str]]
    against: list[Refusal]
    """What the lab's rules about moving have against it, whatever the time."""
    is_open: bool
    is_twice: bool
    jobs: tuple[str, ...]
    """What to choose from, where a rule wants to know what for."""
    asks_companion: bool
    by_staff: bool


@screen.get("/reservations/<row:reservation_id>/move")
def page(reservation_id: int) -> str:
    """The form, with what holds now; or with a time that was suggested."""
    found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
    return _show(found, moves.present(found, request.args), [])


@screen.post("/reservations/<row:reservation_id>/move")
def move(reservation_id: int) -> Response | tuple[str, int]:
    """Move it, by the form, by keys or by dragging; or the form again, with every reason why not and what would work.

    Keys and drags are answered with what happened, as a sentence.
    """
    by_hand = request.form.get("from") == "calendar"
    found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
    asked = moves.present(found, {}) if by_hand else moves.typed(found, request.form)
    try:
        if by_hand:
            asked = moves.nudged(found, request.form)
        said = _move(found, asked)
    except Refused as refused:
        found = queries.reservation_seen_by(db.session(), access.actor(), reservation_id)
        if "stale" in refused.codes:
            # They have been told, and see what holds now: asked again, it is meant.
            asked = replace(asked, version=found.version)
        return _show(found, asked, list(refused.refusals)), status_of(refused)
    if by_hand:
        return said, 200
    flash(said, "ok")
    return onward(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/reservations/<row:reservation_id>/extend")
def extend(reservation_id: int) -> Response | tuple[str, int]:
    """Go on until the given instant; twice equals once."""
    now = clock.now()
    try:
        with transaction() as session:
            seen = queries.reservation_seen_by(session, access.actor(), reservation_id)
            until = inputs.instant(request.form.get("until") or "")
            if seen.ends_at != until:
                moving.extend(session, access.actor(), reservation_id, until, now)
            said = show_time(until, seen.resource.site.zone)
    except Refused as refused:
        return reservations.show(reservation_id, refused.refusals), status_of(refused)
    flash(_("You may go on until %(time)s.", time=said), "ok")
    return _back(reservation_id)


@screen.post("/reservations/<row:reservation_id>/end")
def end(reservation_id: int) -> Response | tuple[str, int]:
    """Leave, and give the rest back."""
    try:
        with transaction() as session:
            moving.end_now(session, access.actor(), reservation_id, clock.now())
    except Refused as refused:
        return reservations.show(reservation_id, refused.refusals), status_of(refused)
    flash(_("Thank you: the rest of the time is free for others."), "ok")
    return _back(reservation_id)


def _move(found: Reservation, asked: Asked) -> str:
    """Move it, and say where to. Raises as `moving.change` does, and Refused for what is of another kind."""
    resource = catalog.resource(db.session(), asked.resource_id)
    if resource.category_id != found.resource.category_id:
        raise Refused.because("other_kind", _("It moves to things of its kind only. Reserve the other one by itself."))
    reason = (request.form.get("reason") or "")[:300]
    wanted = Change(
        resource_id=resource.id,
        period=asked.period(resource),
        version=asked.version,
        reason=reason,
        job=asked.job or None,
        companion_id=asking.companion_id(asked.companion),
    )
    reservation_id, now = found.id, clock.now()
    with asking.naming(asked.companion, now), transaction() as session:
        moved = moving.change(session, access.actor(), reservation_id, wanted, now)
        when = show_period(moved.period, moved.resource.site.zone)
        return _("Moved: %(machine)s, %(when)s", machine=moved.resource.name, when=when)


def _jobs(asked: Asked) -> tuple[str, ...]:
    session = db.session()
    return asking.jobs_of(rows.rulings_on(session, catalog.resource(session, asked.resource_id)))


def _back(reservation_id: int) -> Response:
    own = access.own_path(request.form.get("next"))
    return redirect(own or url_for("reservations.page", reservation_id=reservation_id))


def _show(found: Reservation, asked: Asked, refusals: list[Refusal]) -> str:
    session, now, actor = db.session(), clock.now(), access.actor()
    is_open = terms.is_standing(found, now) and found.started_at is None and found.starts_at > now
    codes = {refusal.code for refusal in refusals}
    sheet = MoveSheet(
        reservation=found,
        asked=asked,
        resources=moves.alike(found),
        refusals=refusals,
        would_work=moves.would_work(found, asked, now) if refusals and is_open else [],
        against=afterwards.against_moving(session, actor, found, now) if is_open and not refusals else [],
        is_open=is_open,
        jobs=_jobs(asked) if "jobs" in codes else (),
        asks_companion="companion" in codes,
        is_twice=asked.is_twice(found.resource.site.zone),
        by_staff=staff.act_on(actor, found),
    )
    template = "sheet/_move.html" if inputs.from_htmx() else "sheet/move.html"
    return render_template(template, sheet=sheet)
