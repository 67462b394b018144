"""For administrators and fabmanagers: what is written about a site, its photo and its rooms."""

from zoneinfo import available_timezones

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, Optional

from fablab.catalog import rooms
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, locale
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import places
from fablab.sites import queries as sites
from fablab.sites.holidays import countries
from fablab.sites.models import SignUpRule, Site, Staffing
from fablab.sites.places import SiteCard
from fablab.web.ground import access, inputs, words
from fablab.web.ground.forms import LabForm, area_field, text_field
from fablab.web.ground.uploads import takes_files, upload
from fablab.web.places import changing, pictures
from fablab.web.places.hours import own_site

screen = Blueprint("places", __name__)


class SiteForm(LabForm):
    """What is written about a site."""

    name = text_field(120, needed=True)
    town = text_field(120, needed=True)
    address = area_field(500)
    timezone = text_field(60, needed=True)
    country = SelectField()
    subdivision = text_field(40)
    description = area_field(4000)
    email = text_field(254)
    phone = text_field(40)
    map_url = text_field(500)
    staffing = SelectField()
    sign_up = SelectField(default=SignUpRule.CLOSED.value)
    adult_age = IntegerField(default=18, validators=[Optional()])
    shift_notice_hours = IntegerField(default=48, validators=[InputRequired()])
    needs_membership = BooleanField()
    version = HiddenField(default="1")

    def offer(self) -> None:
        """Fill the lists."""
        names = Locale(locale()).territories
        known = [(code, str(names.get(code, code))) for code in countries()]
        self.country.choices = sorted(known, key=lambda item: item[1])
        self.sign_up.choices = [(rule.value, words.sign_up_rule(rule)) for rule in SignUpRule]
        self.staffing.choices = [
            (Staffing.PLANNED.value, _("from the timetable: employees are there")),
            (Staffing.SHIFTS.value, _("from shifts that people take and confirm")),
        ]

    def card(self) -> SiteCard:
        """What was written."""
        return SiteCard(
            name=self.name.data,
            town=self.town.data,
            address=self.address.data or "",
            timezone=self.timezone.data,
            country=self.country.data,
            subdivision=self.subdivision.data or "",
            description=self.description.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            map_url=self.map_url.data or "",
            staffing=self.staffing.data,
            shift_notice_hours=self.shift_notice_hours.data,
            sign_up=self.sign_up.data,
            adult_age=18 if self.adult_age.data is None else self.adult_age.data,
            needs_membership=self.needs_membership.data,
        )


@screen.get("/network/sites/new")
def new_page() -> str:
    """An empty card."""
    access.actor().needs_everywhere(Role.ADMIN)
    form = SiteForm(formdata=None, timezone="Europe/Paris", country="FR")
    form.offer()
    return render_template("network/new_site.html", form=form, zones=_zones())


@screen.post("/network/sites/new")
def new() -> Response | tuple[str, int]:
    """Add a site."""
    access.actor().needs_everywhere(Role.ADMIN)
    form = SiteForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                made = places.add_site(session, access.actor(), form.card()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The site is there. Give it opening hours, so that things can be reserved."), "ok")
            return redirect(url_for("hours.site", site_id=made))
    return render_template("network/new_site.html", form=form, zones=_zones()), 422


@screen.get("/network/sites/<row:site_id>")
def page(site_id: int) -> str:
    """A site's card, photo and rooms."""
    return _show(own_site(site_id))


@screen.post("/network/sites/<row:site_id>")
def edit(site_id: int) -> Response | tuple[str, int]:
    """Change what is written; another clock or other holidays may touch reservations."""
    own_site(site_id)
    form = SiteForm()
    form.offer()
    status, theirs = 422, None
    if form.validate():
        version = inputs.row_id(form.version.data) or 0
        back = url_for("places.page", site_id=site_id)
        try:
            asking = changing.make(site_id, back, places.edit_site, site_id, form.card(), version)
        except Conflict as conflict:
            form.refuse(conflict)
            status, theirs = 409, own_site(site_id)
            form.version.data = str(theirs.version)
        except Refused as refused:
            form.refuse(refused)
        else:
            if asking:
                return asking
            flash(_("Saved."), "ok")
            return redirect(back)
    return _show(own_site(site_id), form=form, theirs=theirs), status


@screen.post("/network/sites/<row:site_id>/photo")
@takes_files
def photo(site_id: int) -> Response | tuple[str, int]:
    """Show another photo, or none."""
    own_site(site_id)
    sent = upload("photo")
    if sent is None and "remove" not in request.form:
        return _show(own_site(site_id), reasons=[_("Choose a photo first.")]), 422
    try:
        with transaction() as session:
            if sent is None:
                places.hide_photo(session, access.actor(), site_id)
            else:
                places.show_photo(session, access.actor(), site_id, sent.content, sent.name, clock.now())
    except Refused as refused:
        return _show(own_site(site_id), reasons=refused.messages), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("places.page", site_id=site_id, _anchor="photo"))


@screen.post("/network/sites/<row:site_id>/rooms")
def add_room(site_id: int) -> Response | tuple[str, int]:
    """Add a room."""
    own_site(site_id)
    try:
        with transaction() as session:
            places.add_room(session, access.actor(), site_id, request.form.get("name", "")[:120])
    except Refused as refused:
        return _show(own_site(site_id), reasons=refused.messages), 422
    flash(_("The room is there."), "ok")
    return redirect(url_for("places.page", site_id=site_id, _anchor="rooms"))


@screen.post("/network/sites/<row:site_id>/rooms/<row:room_id>")
def change_room(site_id: int, room_id: int) -> Response | tuple[str, int]:
    """Rename a room, or remove it where nothing stands in it."""
    own_site(site_id)
    try:
        with transaction() as session:
            if "remove" in request.form:
                rooms.remove_room(session, access.actor(), room_id, clock.now())
            else:
                places.rename_room(session, access.actor(), room_id, request.form.get("name", "")[:120])
    except Refused as refused:
        return _show(own_site(site_id), reasons=refused.messages), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("places.page", site_id=site_id, _anchor="rooms"))


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone)


def _show(
    site: Site, *, form: SiteForm | None = None, theirs: Site | None = None, reasons: list[str] | None = None
) -> str:
    if form is None:
        form = SiteForm(formdata=None, obj=site)
        form.offer()
    return render_template(
        "network/site.html",
        site=site,
        form=form,
        theirs=theirs,
        reasons=reasons or [],
        rooms=[row for row in sites.rooms(db.session()) if row.site_id == site.id],
        zones=_zones(),
        parts=countries().get(site.country, []),
        photo=pictures.site_photo(site),
    )
