"""The first visit of a new lab: who runs it, where it is, and its first administrator, who then is signed in."""

import hmac
from zoneinfo import available_timezones

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from fablab import founding
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, locale
from fablab.core.refusals import Refused
from fablab.founding import Charter, Founder
from fablab.members import passwords, signins
from fablab.members import queries as members
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, area_field, email_field, password_field, text_field
from fablab.web.ground.settings import settings

screen = Blueprint("welcome", __name__)
RATES = {2000: "20 %", 1000: "10 %", 550: "5,5 %", 0: ""}
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Martinique", "America/Cayenne", "Pacific/Noumea")


class WelcomeForm(LabForm):
    """What must be known to begin."""

    entity = text_field(200, needed=True)
    address = area_field(500)
    siren = text_field(20)
    vat = SelectField(coerce=int, default=2000)
    site = text_field(120, needed=True)
    town = text_field(120, needed=True)
    timezone = text_field(60, needed=True)
    name = text_field(120, needed=True)
    email = email_field()
    password = password_field()

    def offer(self) -> None:
        """Fill the lists."""
        self.vat.choices = [(rate, text or _("no VAT")) for rate, text in RATES.items()]
        if not self.timezone.data:
            self.timezone.data = ZONES[0]

    def charter(self) -> Charter:
        """What was written of the lab; its hours come next."""
        return Charter(
            entity=self.entity.data,
            address=self.address.data or "",
            siren=(self.siren.data or "").strip(),
            site=self.site.data,
            town=self.town.data,
            timezone=self.timezone.data,
            vat_rate_bp=self.vat.data,
            opens=9 * 60,
            closes=18 * 60,
            locale=locale(),
            today=clock.now().date(),
            with_courses=False,
        )


@screen.get("/welcome/<key>")
@access.public
def page(key: str) -> str:
    """The form, as long as the lab is new."""
    _check(key)
    form = WelcomeForm()
    form.offer()
    return _show(form, key)


@screen.post("/welcome/<key>")
@access.public
def found(key: str) -> Response | tuple[str, int]:
    """Found the lab and sign its first administrator in."""
    _check(key)
    form = WelcomeForm()
    form.offer()
    if form.validate():
        kept = passwords.hash_password(form.password.data)
        founder = Founder(name=form.name.data, email=form.email.data, password=form.password.data, password_hash=kept)
        try:
            with transaction() as session:
                member = founding.welcome(session, form.charter(), founder, clock.now())
                member_id = member.id
        except Refused as refused:
            form.refuse(refused)
        else:
            access.sign_in(members.member(db.session(), member_id), signins.WELCOME)
            flash(_("Your lab exists. Five short steps, and members can come."), "ok")
            return redirect(url_for("start.page"))
    return _show(form, key), 422


def _check(key: str) -> None:
    """Only a new lab has a welcome, and only for those who have the key."""
    if not hmac.compare_digest(key.encode(), founding.key_of(settings().secret_key).encode()):
        abort(404)
    if not founding.is_new(db.session()):
        abort(404)


def _show(form: WelcomeForm, key: str) -> str:
    zones = [*ZONES, *sorted(available_timezones() - set(ZONES))]
    return render_template("start/welcome.html", form=form, key=key, zones=zones, here=request.path)
