"""For fabmanagers: when their sites are open, and the days that differ."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Optional

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.shifts.queries import staffed
from fablab.sites import exceptions, timetables, timetabling
from fablab.sites import queries as sites
from fablab.sites.exceptions import ExceptionCard
from fablab.sites.models import ExceptionKind, HoursException, Site, Timetable
from fablab.sites.wording import hours_between, season_name, show_level
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, text_field
from fablab.web.places import changing, week

screen = Blueprint("hours", __name__)
SITE_ONLY = 0


class ExceptionForm(LabForm):
    """A closure, or an exceptional opening."""

    kind = SelectField()
    first_on = DateField(validators=[InputRequired()])
    last_on = DateField(validators=[Optional()])
    opens = text_field(5)
    closes = text_field(5)
    timetable_id = SelectField(coerce=int, default=SITE_ONLY)
    staff = SelectField(coerce=int, default=0)
    level = SelectField(coerce=int, default=0)
    reason = text_field(200)

    def offer(self, tables: list[Timetable], names: dict[int, str]) -> None:
        """Fill the lists."""
        self.kind.choices = [
            (ExceptionKind.CLOSED.value, _("Closed")),
            (ExceptionKind.OPEN.value, _("Open exceptionally")),
        ]
        self.timetable_id.choices = [(SITE_ONLY, _("The whole site")), *((row.id, row.name) for row in tables)]
        self.staff.choices = [(0, _("nobody")), *((count, str(count)) for count in range(1, 10))]
        self.level.choices = levels_offered(names)

    def card(self) -> ExceptionCard | None:
        """What was written; None, and a word beside the field, where the hours cannot be read."""
        hours: tuple[int, int] | None = (0, 1440)
        if self.opens.data or self.closes.data:
            hours = hours_between(self.opens.data or "0", self.closes.data or "24")
        if hours is None:
            self.closes.errors = [_("Times look like 09:00. Leave both empty for the whole day.")]
            return None
        return ExceptionCard(
            kind=ExceptionKind(self.kind.data),
            first_on=self.first_on.data,
            last_on=self.last_on.data or self.first_on.data,
            timetable_id=self.timetable_id.data or None,
            opens=hours[0],
            closes=hours[1],
            staff=self.staff.data,
            level=self.level.data,
            reason=self.reason.data or "",
        )


class NameForm(LabForm):
    """A new timetable."""

    name = text_field(80, needed=True)


@screen.get("/hours")
@access.needs(Role.FABMANAGER)
def page() -> Response | str:
    """The sites whose hours one may change; the only one at once."""
    own = own_sites()
    if len(own) == 1:
        return redirect(url_for("hours.site", site_id=own[0].id))
    return render_template("hours/choose.html", sites=own)


@screen.get("/hours/<row:site_id>")
@access.needs(Role.FABMANAGER)
def site(site_id: int) -> str:
    """A site's next days, the days that differ, its holidays and its timetables."""
    return _show(own_site(site_id))


@screen.post("/hours/<row:site_id>/exceptions")
@access.needs(Role.FABMANAGER)
def add_exception(site_id: int) -> Response | tuple[str, int]:
    """Close, or open exceptionally; whom it touches is asked first."""
    site = own_site(site_id)
    form = _exception_form(site)
    card = form.card() if form.validate() else None
    if card is not None:
        back, now = url_for("hours.site", site_id=site_id), clock.now()
        try:
            asking = changing.make(site_id, back, exceptions.add_exception, site_id, card, now, reason=card.reason)
        except Refused as refused:
            form.refuse(refused)
        else:
            if asking:
                return asking
            flash(_("Saved: the calendar shows it now."), "ok")
            return redirect(back)
    return _show(own_site(site_id), form=form), 422


@screen.post("/hours/<row:site_id>/exceptions/<row:exception_id>/remove")
@access.needs(Role.FABMANAGER)
def remove_exception(site_id: int, exception_id: int) -> Response | tuple[str, int]:
    """Let the timetable hold again on those days."""
    own_site(site_id)
    back = url_for("hours.site", site_id=site_id)
    asking = changing.make(site_id, back, exceptions.remove_exception, site_id, exception_id)
    if asking:
        return asking
    flash(_("Removed: the usual hours hold again."), "ok")
    return redirect(back)


@screen.post("/hours/<row:site_id>/timetables")
@access.needs(Role.FABMANAGER)
def add_timetable(site_id: int) -> Response | tuple[str, int]:
    """Begin a timetable: the site's own if it has none, else a narrower one."""
    form = NameForm()
    own_site(site_id)
    if form.validate():
        try:
            with transaction() as session:
                made = timetabling.add_timetable(session, access.actor(), site_id, form.name.data).id
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for("timetables.page", site_id=site_id, timetable_id=made))
    return _show(own_site(site_id), name_form=form), 422


def own_sites() -> list[Site]:
    """The sites where the person is fabmanager."""
    actor = access.actor()
    return [row for row in sites.sites(db.session()) if actor.may_at_site(Role.FABMANAGER, row.id)]


def own_site(site_id: int) -> Site:
    """The site, for a fabmanager of it."""
    found = sites.site(db.session(), site_id)
    access.actor().needs_at_site(Role.FABMANAGER, site_id)
    return found


def levels_offered(names: dict[int, str]) -> list[tuple[int, str]]:
    """Who may be let in: everybody, or those of a level and above."""
    return [(0, show_level(0, names)), *((rank, show_level(rank, names)) for rank in names)]


def _exception_form(site: Site) -> ExceptionForm:
    session = db.session()
    form = ExceptionForm(formdata=request.form if request.method == "POST" else None)
    form.offer(timetables.rows_of(session, site.id), sites.access_levels(session))
    return form


def _show(site: Site, *, form: ExceptionForm | None = None, name_form: NameForm | None = None) -> str:
    session, now = db.session(), clock.now()
    today = now.astimezone(site.zone).date()
    tables = timetables.timetables_of(session, [site], today - timedelta(days=3))
    staff = staffed(session, [site], tables, week.window_of(today, 7, site.zone), now)[site.id]
    rows_there = timetables.rows_of(session, site.id)
    main = next((row for row in rows_there if row.is_main), None)
    names = sites.access_levels(session)
    if form is None:
        form = ExceptionForm(formdata=None)
        form.offer(rows_there, names)
    return render_template(
        "hours/page.html",
        site=site,
        sites=own_sites(),
        days=week.days_of(site, tables[site.id].main, staff, today, 7, names, now),
        differing=[_differing(row, rows_there) for row in timetables.exceptions_of(session, site.id, today)],
        holidays=week.holidays_ahead(site, today, 366, closed=bool(main and main.keeps_holidays)),
        timetables=_seasons(rows_there),
        form=form,
        name_form=name_form or NameForm(formdata=None),
        main=main,
        today=today,
    )


def _differing(row: HoursException, tables: list[Timetable]) -> tuple[HoursException, str, str]:
    """A closure or an exceptional opening with its days in words, and what it is for."""
    names = {table.id: table.name for table in tables}
    return row, week.days_in_words(row), names.get(row.timetable_id or 0, "")


def _seasons(rows_there: list[Timetable]) -> list[tuple[Timetable, list[str]]]:
    """Each timetable with the names of its seasons."""
    found = timetables.season_rows(db.session(), [row.id for row in rows_there])
    return [
        (row, [season_name(season.name, season.first_on, season.last_on) for season in found.get(row.id, [])])
        for row in rows_there
    ]
