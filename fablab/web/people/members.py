"""For staff: the list of people, and what there is of each; roles are for administrators."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.members import cards, classes, doubles, joining, letting_in, people, roles, services
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.members.people import Standing, Wanted
from fablab.members.standing import age_on
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs, words
from fablab.web.ground.forms import LabForm
from fablab.web.people import accesses, charters, wards
from fablab.web.people.card import StaffCardForm

screen = Blueprint("people", __name__)
NETWORK = "network"


class RoleForm(LabForm):
    """A role, and where it holds: the network, `site:1`, or `entity:1`."""

    role = SelectField()
    scope = SelectField()

    def offer(self) -> None:
        """Fill the lists."""
        session = db.session()
        self.role.choices = [(role.value, words.role(role)) for role in Role]
        self.scope.choices = [
            (NETWORK, _("The whole network")),
            *((f"site:{row.id}", row.name) for row in sites.sites(session)),
            *((f"entity:{row.id}", row.name) for row in sites.legal_entities(session)),
        ]

    def where(self) -> dict[str, int]:
        """The scope as the service takes it."""
        kind, _separator, number = self.scope.data.partition(":")
        return {{"site": "site_id", "entity": "legal_entity_id"}[kind]: int(number)} if number else {}


@screen.get("/people")
@access.needs(Role.HOST)
def page() -> str:
    """People, sought by words, site, class, role and state."""
    session, wanted = db.session(), asked_for()
    found = people.people(session, wanted, offset=inputs.offset())
    return render_template(
        "people/list.html",
        wanted=wanted,
        found=found,
        grants=members.grants_of(session, [row.id for row in found.items]),
        classes=members.classes(session),
        standings=list(Standing),
        roles=list(Role),
        waiting=len(joining.waiting(session, access.actor())),
        **_places(),
    )


@screen.get("/people/new")
@access.needs(Role.HOST)
def new_page() -> str:
    """An empty card."""
    form = StaffCardForm(formdata=None)
    form.offer()
    form.name.data = request.args.get("name", "")[:200]
    return render_template("people/new.html", form=form, known=[])


@screen.post("/people/new")
@access.needs(Role.HOST)
def new() -> Response | tuple[str, int]:
    """Add a person at the desk; where they have an address, mail the link that lets them in."""
    form = StaffCardForm()
    form.offer()
    known: list[Member] = []
    if form.validate():
        now, card = clock.now(), form.person_card()
        if not request.form.get("sure"):
            known = doubles.like(db.session(), card.name, card.email, card.birth_date)
        try:
            if not known:
                with transaction() as session:
                    member = cards.add_person(session, access.actor(), card, form.desk_card(), now)
                    if member.email:
                        services.send_password_link(session, member, now)
                    member_id, has_email = member.id, member.email is not None
                _tell_added(has_email)
                return redirect(url_for("people.person", member_id=member_id))
        except Refused as refused:
            form.refuse(refused)
    return render_template("people/new.html", form=form, known=known), 409 if known else 422


@screen.get("/people/<row:member_id>")
@access.needs(Role.HOST)
def person(member_id: int) -> str:
    """A person: their card, guardians, access, roles."""
    form = RoleForm(formdata=None)
    form.offer()
    return _show(member_id, form)


@screen.post("/people/<row:member_id>/roles")
@access.needs(Role.ADMIN)
def grant(member_id: int) -> Response | tuple[str, int]:
    """Give a role."""
    form = RoleForm()
    form.offer()
    if not form.validate():
        return _show(member_id, form), 422
    try:
        with transaction() as session:
            roles.appoint(session, access.actor(), member_id, Role(form.role.data), **form.where())
    except Refused as refused:
        form.refuse(refused)
        return _show(member_id, form), 422
    flash(_("The role is given."), "ok")
    return redirect(url_for("people.person", member_id=member_id))


@screen.post("/people/<row:member_id>/roles/<row:grant_id>/take-back")
@access.needs(Role.ADMIN)
def take_back(member_id: int, grant_id: int) -> Response | tuple[str, int]:
    """Take a role back; not from the last administrator."""
    try:
        with transaction() as session:
            roles.dismiss(session, access.actor(), grant_id)
    except Refused as refused:
        form = RoleForm(formdata=None)
        form.offer()
        form.refuse(refused)
        return _show(member_id, form), 422
    flash(_("The role is taken back."), "ok")
    return redirect(url_for("people.person", member_id=member_id))


@screen.post("/people/<row:member_id>/password-link")
@access.needs(Role.HOST)
def send_link(member_id: int) -> Response:
    """Mail a link to set a password."""
    with transaction() as session:
        member = cards.to_write(session, access.actor(), member_id)
        if member.email is None:
            raise Refused.because("no_email", _("This person has no e-mail address."))
        services.send_password_link(session, member, clock.now())
    flash(_("A mail with a link to set a password is on its way."), "ok")
    return redirect(url_for("people.person", member_id=member_id))


@screen.post("/people/<row:member_id>/password-link/show")
@access.needs(Role.HOST)
def show_link(member_id: int) -> str:
    """Show a link to set a password, this once, to staff who hand it on to somebody without an address."""
    with transaction() as session:
        member, secret = letting_in.link_to_show(session, access.actor(), member_id, clock.now())
        number, name = member.id, member.name
    address = link(f"/password/{secret}")
    drawn = segno.make(address, micro=False).svg_data_uri(border=2, scale=5, light="#fff")
    return render_template("people/password_link.html", number=number, name=name, address=address, drawn=drawn)


def _tell_added(has_email: bool) -> None:
    if has_email:
        flash(_("Added. A mail with a link to set a password is on its way."), "ok")
    else:
        flash(_("Added. Without an address of their own they use a badge or a PIN."), "ok")


def _show(member_id: int, form: RoleForm) -> str:
    session, actor = db.session(), access.actor()
    member = cards.seen_by(session, actor, member_id)
    return render_template(
        "people/person.html",
        member=member,
        grants=members.grants_of(session, [member_id])[member_id],
        form=form,
        access_form=accesses.new_form() if actor.may_anywhere(Role.FABMANAGER) else None,
        is_admin=actor.may_everywhere(Role.ADMIN),
        may_write=cards.may_write(actor, member),
        may_show_link=cards.may_decide_way_in(session, actor, member_id),
        to_accept=charters.to_accept(member),
        age=_age(member),
        class_today=classes.class_at(session, member, joining.day_at(session, member.home_site_id, clock.now())),
        **_places() | accesses.held(member_id) | wards.of_person(member_id, member.name),
    )


def _age(member: Member) -> int | None:
    if member.birth_date is None:
        return None
    return age_on(member.birth_date, joining.day_at(db.session(), member.home_site_id, clock.now()))


def asked_for() -> Wanted:
    """Whom the address asks for; what it cannot mean is left out."""
    args = request.args
    role, standing = args.get("role", ""), args.get("standing", "")
    return Wanted(
        search=args.get("q", "").strip()[:100],
        site_id=inputs.row_id(args.get("site")),
        class_id=inputs.row_id(args.get("class")),
        role=Role(role) if role in list(Role) else None,
        standing=Standing(standing) if standing in list(Standing) else Standing.ACTIVE,
    )


def _places() -> dict[str, dict[int, str]]:
    """The names of what roles hold for."""
    session = db.session()
    return {
        "site_names": {row.id: row.name for row in sites.sites(session)},
        "entity_names": {row.id: row.name for row in sites.legal_entities(session)},
    }
