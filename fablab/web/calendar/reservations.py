"""A reservation of one's own, or of a site where one is staff: look at it, give it back."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.prices import quote
from fablab.booking import afterwards, no_shows, outcomes, services
from fablab.booking.models import ChangeKind
from fablab.booking.policy import rows
from fablab.booking.rules.case import Names
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import Forbidden
from fablab.core.i18n import _, show_period
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.members.organisations import projects
from fablab.web.calendar import terms
from fablab.web.calendar.outcomes import OutcomeForm, part_of
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("reservations", __name__)


@screen.get("/reservations/<row:reservation_id>")
def page(reservation_id: int) -> str:
    """What was reserved, and the button that gives it back: the one question before it is gone."""
    return show(reservation_id)


@screen.post("/reservations/<row:reservation_id>/cancel")
def cancel(reservation_id: int) -> Response | tuple[str, int]:
    """Give it back."""
    now = clock.now()
    try:
        with transaction() as session:
            agreed = terms.agreed_cents(request.form.get("agreed_cents"))
            reservation = services.cancel(session, access.actor(), reservation_id, now, agreed_cents=agreed)
            machine, period, zone = reservation.resource.name, reservation.period, reservation.resource.site.zone
    except Refused as refused:
        return show(reservation_id, refused.refusals), 422
    flash(_("Cancelled: %(machine)s, %(when)s", machine=machine, when=show_period(period, zone)), "ok")
    return redirect(access.own_path(request.form.get("next")) or url_for("me.page"))


@screen.post("/reservations/<row:reservation_id>/no-show")
def no_show(reservation_id: int) -> Response | tuple[str, int]:
    """Say that nobody came; staff of the site alone."""
    try:
        with transaction() as session:
            no_shows.no_show(session, access.actor(), reservation_id, clock.now())
    except Refused as refused:
        return show(reservation_id, refused.refusals), 422
    flash(_("Noted: nobody came. What is left of the time is free again."), "ok")
    return redirect(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/reservations/<row:reservation_id>/no-show/undo")
def undo_no_show(reservation_id: int) -> Response | tuple[str, int]:
    """Say that they were there after all."""
    try:
        with transaction() as session:
            no_shows.take_back(session, access.actor(), reservation_id, clock.now())
    except Refused as refused:
        return show(reservation_id, refused.refusals), status_of(refused)
    flash(_("Taken back: they were there. A strike that came of it is withdrawn."), "ok")
    return redirect(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/reservations/<row:reservation_id>/outcome")
def note_outcome(reservation_id: int) -> Response | tuple[str, int]:
    """Note what came of an appointment: for the adviser and staff."""
    now, form = clock.now(), OutcomeForm()
    form.offer()
    reservation = outcomes.reservation_opened_by(db.session(), access.actor(), reservation_id)
    if not outcomes.may_note(access.actor(), reservation):
        raise Forbidden(f"outcome of reservation {reservation_id}")
    if not form.validate():
        return show(reservation_id, form=form), 422
    try:
        version = 0 if form.version.data in ("0", None) else inputs.row_id(form.version.data) or 0
        with transaction() as session:
            outcomes.note_outcome(session, access.actor(), reservation_id, form.noted(), version, now)
    except Refused as refused:
        is_stale = isinstance(refused, Conflict)
        refusals = refused.refusals
        return show(reservation_id, refusals, form=form, is_stale=is_stale), 409 if is_stale else 422
    flash(_("Noted."), "ok")
    return redirect(access.own_path(request.form.get("next")) or url_for("appointments.page"))


def show(
    reservation_id: int,
    refusals: Sequence[Refusal] = (),
    *,
    form: OutcomeForm | None = None,
    is_stale: bool = False,
) -> str:
    """The page, or what a dialog shows of it; with every reason why something could not be done."""
    session, now = db.session(), clock.now()
    actor = access.actor()
    found = outcomes.reservation_opened_by(session, actor, reservation_id)
    own = guardians.acts_for(session, actor, found.member_id)
    may_cancel = own or actor.may_at_site(Role.FABMANAGER, found.resource.site_id)
    member = members.member(session, found.member_id)
    price = quote(session, found.resource, member, found.starts_at)
    template = "sheet/_reservation.html" if inputs.from_htmx() else "sheet/reservation.html"
    is_open = may_cancel and found.ends_at > now and found.state == "booked"
    came_from = access.own_path(request.args.get("next") or request.form.get("next"))
    account = members.account(session, found.account_id)
    is_running = is_open and found.starts_at <= now
    is_staff = actor.may_at_site(Role.FABMANAGER, found.resource.site_id)
    verdict = afterwards.verdict_on(session, actor, found, now) if is_open else None
    rulings = verdict.rulings if verdict else []
    names = rows.names(session) if rulings else Names()
    changes = afterwards.changes_of(session, found.id)
    return render_template(
        template,
        reservation=found,
        account=account,
        project=projects.project(session, found.project_id) if found.project_id else None,
        quote=price,
        refusals=refusals,
        is_open=is_open,
        came_from=came_from,
        is_own=found.member_id == actor.member_id,
        is_over=found.ends_at <= now or found.state != "booked",
        is_staff=is_staff,
        going_on=afterwards.going_on(session, actor, found, now, verdict) if is_running else None,
        may_move=is_open and found.started_at is None and found.starts_at > now,
        against_moving=afterwards.against_moving(session, actor, found, now, verdict) if is_open else [],
        rules=[item.sentence(names) for item in rulings],
        changes=[(row, _word(row.kind)) for row in changes],
        who=members.names_of(session, {found.created_by_id, *(row.by_id for row in changes)}),
        terms=terms.terms_of(found, now),
        may_miss=no_shows.may_say(session, actor, found, now),
        may_take_back=no_shows.may_take_back(actor, found, now),
        appointment=part_of(found, now, form, is_stale=is_stale),
    )


def _word(kind: str) -> str:
    """What somebody did to a reservation."""
    return {
        ChangeKind.MOVED: _("Moved"),
        ChangeKind.EXTENDED: _("Made longer"),
        ChangeKind.SHORTENED: _("Made shorter"),
        ChangeKind.HANDED_OVER: _("Handed over"),
    }[ChangeKind(kind)]
