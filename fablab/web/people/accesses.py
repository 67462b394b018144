"""For fabmanagers and administrators: which level of access somebody has, and where."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import day_of
from fablab.core.refusals import Refused
from fablab.members import accesses
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.sites.entities import CENTURY
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm
from fablab.web.ground.months import lab_zone
from fablab.web.places.hours import own_sites

screen = Blueprint("accesses", __name__)
EVERYWHERE = 0


class AccessForm(LabForm):
    """A level of access, where it holds, and until when."""

    level = SelectField(coerce=int)
    site_id = SelectField(coerce=int)
    last_on = DateField(validators=[Optional()])

    def offer(self) -> None:
        """Fill the lists: only where this person may give access."""
        self.level.choices = list(sites.access_levels(db.session()).items())
        everywhere = [(EVERYWHERE, _("The whole network"))] if access.actor().may_everywhere(Role.ADMIN) else []
        self.site_id.choices = [*((row.id, row.name) for row in own_sites()), *everywhere]

    def ends_at(self) -> datetime | None:
        """The midnight after the last day, on the site's clock; None where it has no end."""
        last = self.last_on.data
        if last is None:
            return None
        if not CENTURY[0] <= last <= CENTURY[1] - timedelta(days=1):
            raise Refused.because("day", _("Choose a day of this century."))
        zone = sites.site(db.session(), self.site_id.data).zone if self.site_id.data else lab_zone()
        return day_of(last, zone).end


@screen.get("/people/<row:member_id>/access")
@access.needs(Role.FABMANAGER)
def page(member_id: int) -> str:
    """What a person may enter, and a form to give more."""
    return _show(member_id, new_form())


@screen.post("/people/<row:member_id>/access")
@access.needs(Role.FABMANAGER)
def give(member_id: int) -> Response | tuple[str, int]:
    """Give a level of access."""
    form = AccessForm()
    form.offer()
    if form.validate():
        try:
            ends_at = form.ends_at()
            with transaction() as session:
                accesses.give_access(
                    session,
                    access.actor(),
                    member_id,
                    form.level.data,
                    clock.now(),
                    site_id=form.site_id.data or None,
                    ends_at=ends_at,
                )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The access is given."), "ok")
            return redirect(url_for("accesses.page", member_id=member_id))
    return _show(member_id, form), 422


@screen.post("/people/<row:member_id>/access/<row:grant_id>/end")
@access.needs(Role.FABMANAGER)
def end(member_id: int, grant_id: int) -> Response:
    """End an access now."""
    with transaction() as session:
        accesses.end_access(session, access.actor(), member_id, grant_id, clock.now())
    flash(_("The access has ended."), "ok")
    return redirect(url_for("accesses.page", member_id=member_id))


def new_form() -> AccessForm:
    """An empty form, for the person's page."""
    form = AccessForm(formdata=None)
    form.offer()
    return form


def held(member_id: int) -> dict[str, object]:
    """What `people/_access.html` shows of a person besides the form."""
    session = db.session()
    actor, rows = access.actor(), accesses.accesses_held(session, member_id, clock.now())
    may_end = {
        row.id
        for row in rows
        if (actor.may_at_site(Role.FABMANAGER, row.site_id) if row.site_id else actor.may_everywhere(Role.ADMIN))
    }
    places = {row.id: row for row in sites.sites(session)}
    return {
        "accesses": rows,
        "may_end": may_end,
        "levels": sites.access_levels(session),
        "site_names": {key: row.name for key, row in places.items()},
        "until": {
            row.id: _last_day(row.ends_at, places[row.site_id].zone if row.site_id else lab_zone()) for row in rows
        },
    }


def _last_day(ends_at: datetime | None, zone: ZoneInfo) -> date | None:
    return (ends_at - timedelta(seconds=1)).astimezone(zone).date() if ends_at else None


def _show(member_id: int, form: AccessForm) -> str:
    member = members.member(db.session(), member_id)
    return render_template("people/access.html", member=member, access_form=form, **held(member_id))
