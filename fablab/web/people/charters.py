"""Charters: accepted by members, published by staff."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import charters, guardians, joining
from fablab.members import queries as members
from fablab.members.models import Charter, Member, Role
from fablab.sites import queries as sites
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, area_field, text_field
from fablab.web.places.hours import own_sites

screen = Blueprint("charters", __name__)
NETWORK = 0


class CharterForm(LabForm):
    """A version to be."""

    site_id = SelectField(coerce=int)
    title = text_field(200, needed=True)
    text = area_field(40_000)
    valid_from = DateField(validators=[InputRequired()])

    def offer(self) -> None:
        """Fill the list: only where this person may publish one."""
        everywhere = [(NETWORK, _("The whole network"))] if access.actor().may_everywhere(Role.ADMIN) else []
        self.site_id.choices = [*everywhere, *((row.id, row.name) for row in own_sites())]


def to_accept(member: Member) -> list[Charter]:
    """What somebody has still to accept, of the network and of their own site."""
    session = db.session()
    day = joining.day_at(session, member.home_site_id, clock.now())
    return charters.missing(session, member.id, member.home_site_id, day)


@screen.get("/charters")
def page() -> str:
    """What is to be accepted, by oneself and for one's wards, and what was."""
    session, own = db.session(), members.member(db.session(), access.actor().member_id)
    people = [own, *(row.ward for row in guardians.wards_of(session, own.id))]
    wanted = {person.id: _everywhere(person) for person in people}
    return render_template(
        "charters/page.html",
        asked=[(person, wanted[person.id]) for person in people],
        accepted=charters.acceptances_of(session, own.id),
    )


@screen.post("/charters/<row:charter_id>/accept/<row:member_id>")
def accept(charter_id: int, member_id: int) -> Response:
    """Accept one, for oneself or for a ward."""
    with transaction() as session:
        charters.accept(session, access.actor(), charter_id, member_id, clock.now())
    flash(_("Accepted."), "ok")
    return redirect(access.own_path(request.form.get("next")) or url_for("charters.page"))


@screen.get("/charters/all")
@access.needs(Role.FABMANAGER)
def staff_page() -> str:
    """Every version, and a form for the next."""
    form = CharterForm(formdata=None)
    form.offer()
    form.valid_from.data = joining.day_at(db.session(), None, clock.now())
    return _show(form)


@screen.post("/charters/all")
@access.needs(Role.FABMANAGER)
def publish() -> Response | tuple[str, int]:
    """Begin a version."""
    form = CharterForm()
    form.offer()
    if form.validate():
        begins: date = form.valid_from.data
        try:
            with transaction() as session:
                site_id = form.site_id.data or None
                charters.publish(
                    session, access.actor(), site_id, form.title.data, form.text.data or "", begins, clock.now()
                )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Published: people are asked to accept it from that day on."), "ok")
            return redirect(url_for("charters.staff_page"))
    return _show(form), 422


def _everywhere(person: Member) -> list[Charter]:
    """What somebody may be asked for at any site, each version once."""
    session, now = db.session(), clock.now()
    found = {row.id: row for row in to_accept(person)}
    for site in sites.sites(session):
        day = joining.day_at(session, site.id, now)
        found |= {row.id: row for row in charters.missing(session, person.id, site.id, day)}
    return list(found.values())


def _show(form: CharterForm) -> str:
    session = db.session()
    rows = charters.charters(session)
    return render_template(
        "charters/staff.html",
        form=form,
        charters=rows,
        counts=charters.counts(session),
        places={row.id: row.name for row in sites.sites(session)},
    )
