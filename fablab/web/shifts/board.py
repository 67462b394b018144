"""Shifts: the board for those who take them, a shift's own page, and what staff do about it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from fablab.booking.affected import Undecided
from fablab.booking.supervision import settle_unsupervised, unsupervised
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period, day_of
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.shifts import plan, queries, services
from fablab.shifts.models import DutyState, Shift
from fablab.shifts.plan import ShiftCard
from fablab.sites import queries as sites
from fablab.sites.models import Site
from fablab.training import queries as training
from fablab.web.ground import access, decisions, inputs, pickers
from fablab.web.ground.forms import LabForm, text_field

screen = Blueprint("shifts", __name__)
AHEAD = timedelta(weeks=3)
SERVICE = timedelta(days=365)


class ShiftForm(LabForm):
    """A shift: a day and its hours on the site's clock, how many people, and with which certificate."""

    site_id = SelectField(coerce=int)
    day = text_field(10, needed=True)
    starts = text_field(5, needed=True)
    ends = text_field(5, needed=True)
    minimum = IntegerField(default=1, validators=[InputRequired(), NumberRange(min=1, max=99)])
    course_id = SelectField(coerce=int, default=0)
    note = text_field(200)
    version = HiddenField(default="1")

    def offer(self) -> None:
        """Fill the lists: the sites where this person is fabmanager, and the courses."""
        session = db.session()
        self.site_id.choices = [(row.id, row.name) for row in _sites(Role.FABMANAGER)]
        self.course_id.choices = [(0, "–"), *((row.id, row.name) for row in training.courses(session))]

    def show(self, shift: Shift) -> None:
        """Put a shift's values in."""
        zone = shift.site.zone
        self.day.data = shift.starts_at.astimezone(zone).date().isoformat()
        self.starts.data = f"{shift.starts_at.astimezone(zone):%H:%M}"
        self.ends.data = f"{shift.ends_at.astimezone(zone):%H:%M}"

    def card(self, zone: ZoneInfo) -> ShiftCard:
        """What was written; an end before the start is on the next day. Refused if a time does not exist."""
        day = inputs.day(self.day.data, clock.now().date())
        start = inputs.wall_time(day, self.starts.data, zone)
        end = inputs.wall_time(day, self.ends.data, zone)
        if end <= start:
            end = inputs.wall_time(day + timedelta(days=1), self.ends.data, zone)
        return ShiftCard(
            period=Period(start, end),
            minimum=self.minimum.data,
            course_id=self.course_id.data or None,
            note=self.note.data or "",
        )


@screen.get("/shifts")
@access.needs(Role.HOST)
def page() -> str:
    """The board: the shifts of the next weeks at one's sites, one's own first in mind."""
    session, now, me = db.session(), clock.now(), access.actor().member_id
    places = _sites(Role.HOST)
    chosen = inputs.row_id(request.args.get("site"))
    shown = [site for site in places if chosen in (None, site.id)]
    found = queries.shifts(session, [site.id for site in shown], Period(now, now + AHEAD))
    done = queries.service(session, [site.id for site in places], Period(now - SERVICE, now), now)
    return render_template(
        "shifts/board.html",
        days=_by_day(found),
        places=places,
        site_id=chosen,
        me=me,
        asked=queries.asked_of(session, me, now),
        service=done.get(me, 0),
        is_planner=access.actor().may_anywhere(Role.FABMANAGER),
        has_shifts=any(site.staffing == "shifts" for site in places),
    )


@screen.get("/shifts/new")
@access.needs(Role.FABMANAGER)
def new_page() -> str:
    """An empty shift."""
    form = ShiftForm()
    form.offer()
    return render_template("shifts/new.html", form=form)


@screen.post("/shifts/new")
@access.needs(Role.FABMANAGER)
def new() -> Response | tuple[str, int]:
    """Add a shift."""
    form = ShiftForm()
    form.offer()
    if form.validate():
        site = sites.site(db.session(), form.site_id.data)
        try:
            card = form.card(site.zone)
            with transaction() as session:
                made = plan.add_shift(session, access.actor(), form.site_id.data, card, clock.now()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The shift is on the board."), "ok")
            return redirect(url_for("shifts.shift", shift_id=made))
    return render_template("shifts/new.html", form=form), 422


@screen.get("/shifts/service")
@access.needs(Role.FABMANAGER)
def service() -> str:
    """Who served how long in the last twelve months, at one's sites."""
    session, now = db.session(), clock.now()
    places = _sites(Role.FABMANAGER)
    done = queries.service(session, [site.id for site in places], Period(now - SERVICE, now), now)
    names = members.names_of(session, done)
    rows = sorted(((names[key], seconds) for key, seconds in done.items()), key=lambda row: (-row[1], row[0]))
    return render_template("shifts/service.html", rows=rows)


@screen.get("/shifts/<row:shift_id>")
@access.needs(Role.HOST)
def shift(shift_id: int) -> str:
    """A shift: its people, what was handed over, and for staff what it does to reservations."""
    return _show(_seen(shift_id))


@screen.post("/shifts/<row:shift_id>/take")
@access.needs(Role.HOST)
def take(shift_id: int) -> Response | tuple[str, int]:
    """Take it, or as staff give it to somebody."""
    try:
        typed = (request.form.get("member") or "").strip()
        member_id = pickers.member_named(typed).id if typed and _is_staff(_seen(shift_id)) else None
        with transaction() as session:
            services.take(session, access.actor(), shift_id, clock.now(), member_id=member_id)
    except Refused as refused:
        return _refused(shift_id, refused)
    flash(_("It is on the board."), "ok")
    return redirect(url_for("shifts.shift", shift_id=shift_id))


@screen.post("/shifts/<row:shift_id>/edit")
@access.needs(Role.FABMANAGER)
def edit(shift_id: int) -> Response | tuple[str, int]:
    """Change its times, its people's number, its certificate."""
    found = _seen(shift_id)
    form = ShiftForm()
    form.offer()
    form.site_id.data = found.site_id
    if not form.validate():
        return _show(found, form=form), 422
    try:
        card = form.card(found.site.zone)
        with transaction() as session:
            version = inputs.row_id(form.version.data) or 0
            plan.edit_shift(session, access.actor(), shift_id, card, version, clock.now())
    except Refused as refused:
        form.refuse(refused)
        is_stale = isinstance(refused, Conflict)
        if is_stale:
            form.version.data = str(_seen(shift_id).version)
        return _show(_seen(shift_id), form=form), 409 if is_stale else 422
    flash(_("Saved."), "ok")
    return redirect(url_for("shifts.shift", shift_id=shift_id))


@screen.post("/shifts/<row:shift_id>/withdraw")
@access.needs(Role.FABMANAGER)
def withdraw(shift_id: int) -> Response | tuple[str, int]:
    """Take it off the board."""
    try:
        with transaction() as session:
            plan.withdraw_shift(session, access.actor(), shift_id, clock.now())
    except Refused as refused:
        return _refused(shift_id, refused)
    flash(_("The shift is off the board; who had taken it is told."), "ok")
    return redirect(url_for("shifts.page"))


@screen.post("/shifts/<row:shift_id>/note")
@access.needs(Role.HOST)
def note(shift_id: int) -> Response | tuple[str, int]:
    """Tell the next ones something."""
    try:
        with transaction() as session:
            text = (request.form.get("text") or "")[:2000]
            services.leave_note(session, access.actor(), shift_id, text, clock.now())
    except Refused as refused:
        return _refused(shift_id, refused)
    flash(_("The next ones will read it."), "ok")
    return redirect(url_for("shifts.shift", shift_id=shift_id, _anchor="notes"))


@screen.post("/shifts/<row:shift_id>/reservations")
@access.needs(Role.FABMANAGER)
def settle(shift_id: int) -> Response | tuple[str, int]:
    """Decide what becomes of the reservations that need the missing people."""
    title = _("Reservations that need somebody there")
    reason = _("Nobody of the staff can be there.")
    back = url_for("shifts.shift", shift_id=shift_id)
    try:
        with transaction() as session:
            settle_unsupervised(session, access.actor(), shift_id, decisions.asked(), reason, clock.now())
    except Undecided as undecided:
        return decisions.page(undecided, title, back)
    except Refused as refused:
        return _refused(shift_id, refused)
    flash(_("Done; the members are told."), "ok")
    return redirect(back)


def _seen(shift_id: int) -> Shift:
    """The shift, for a host of its site."""
    found = queries.shift(db.session(), shift_id)
    access.actor().needs_at_site(Role.HOST, found.site_id)
    return found


def _sites(role: Role) -> list[Site]:
    return [row for row in sites.sites(db.session()) if access.actor().may_at_site(role, row.id)]


def _is_staff(found: Shift) -> bool:
    return access.actor().may_at_site(Role.FABMANAGER, found.site_id)


def _by_day(found: list[Shift]) -> list[tuple[datetime, list[Shift]]]:
    days: dict[datetime, list[Shift]] = {}
    for row in found:
        zone = row.site.zone
        start = day_of(row.starts_at.astimezone(zone).date(), zone).start.astimezone(zone)
        days.setdefault(start, []).append(row)
    return list(days.items())


def _refused(shift_id: int, refused: Refused) -> tuple[str, int]:
    return _show(_seen(shift_id), reasons=refused.messages), 422


def _show(found: Shift, *, form: ShiftForm | None = None, reasons: list[str] | None = None) -> str:
    session, now, me = db.session(), clock.now(), access.actor().member_id
    staff = _is_staff(found)
    if staff and form is None:
        form = ShiftForm(formdata=None, obj=found)
        form.offer()
        form.show(found)
        form.course_id.data = found.course_id or 0
    standing = [duty for duty in found.duties if DutyState(duty.state).stands]
    mine = next((duty for duty in standing if duty.member_id == me), None)
    own = queries.standing_duties(session, me, Period(now, now + AHEAD)) if not mine else []
    return render_template(
        "shifts/shift.html",
        shift=found,
        standing=standing,
        gone=[duty for duty in found.duties if duty not in standing],
        mine=mine,
        mine_elsewhere=own,
        me=me,
        form=form,
        reasons_shown=reasons or [],
        is_staff=staff,
        is_open=found.withdrawn_at is None and found.ends_at > now,
        has_begun=found.starts_at <= now,
        is_near=services.is_near(found, now),
        missing=services.missing(found),
        notes=queries.notes_of(session, found.site_id, now),
        lost=unsupervised(session, found, now) if staff else [],
        people=pickers.suggestions() if staff else [],
    )
