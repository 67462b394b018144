"""For administrators: people, their roles, and links to set a password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import LOCALES, _
from fablab.core.refusals import Refused
from fablab.members import classes, roles, services
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, words
from fablab.web.ground.forms import LabForm, email_field, text_field
from fablab.web.people import accesses

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


class MemberForm(RoleForm):
    """A new person, and perhaps a role."""

    name = text_field(120, needed=True)
    email = email_field()
    class_id = SelectField(coerce=int)
    locale = SelectField()

    def offer(self) -> None:
        """Fill the lists; no role is a choice too."""
        super().offer()
        self.role.choices = [("", _("Member, without a role")), *self.role.choices]
        self.class_id.choices = [(row.id, row.name) for row in classes.open_classes(db.session(), needs_proof=False)]
        self.locale.choices = [(code, {"fr": "Français", "en": "English"}[code]) for code in LOCALES]


@screen.before_request
def only_administrators() -> None:
    """All of this is for administrators of the network: roles reach everywhere."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/people")
def page() -> str:
    """Search for people."""
    typed = request.args.get("q", "").strip()[:100]
    found = members.members(db.session(), typed)
    grants = members.grants_of(db.session(), [row.id for row in found])
    return render_template("people/list.html", typed=typed, people=found, grants=grants, **_places())


@screen.get("/people/new")
def new_page() -> str:
    """An empty card."""
    form = MemberForm()
    form.offer()
    return render_template("people/new.html", form=form)


@screen.post("/people/new")
def new() -> Response | tuple[str, int]:
    """Add a person, give the role, mail the link that lets them in."""
    form = MemberForm()
    form.offer()
    if form.validate():
        now = clock.now()
        try:
            with transaction() as session:
                member_class = next(row for row in members.classes(session) if row.id == form.class_id.data)
                member = services.add_member(
                    session,
                    name=form.name.data,
                    email=form.email.data,
                    member_class=member_class,
                    now=now,
                    locale=form.locale.data,
                )
                if form.role.data:
                    services.grant_role(session, member, Role(form.role.data), **form.where())
                services.send_password_link(session, member, now)
                member_id = member.id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Added. A mail with a link to set a password is on its way."), "ok")
            return redirect(url_for("people.person", member_id=member_id))
    return render_template("people/new.html", form=form), 422


@screen.get("/people/<row:member_id>")
def person(member_id: int) -> str:
    """A person and their roles."""
    form = RoleForm(formdata=None)
    form.offer()
    return _show(member_id, form)


@screen.post("/people/<row:member_id>/roles")
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
def send_link(member_id: int) -> Response:
    """Mail a link to set a password."""
    with transaction() as session:
        member = members.member(session, member_id)
        if member.email is None:
            raise Refused.because("no_email", _("This person has no e-mail address."))
        services.send_password_link(session, member, clock.now())
    flash(_("A mail with a link to set a password is on its way."), "ok")
    return redirect(url_for("people.person", member_id=member_id))


def _show(member_id: int, form: RoleForm) -> str:
    session = db.session()
    member = members.member(session, member_id)
    grants = members.grants_of(session, [member_id])[member_id]
    held = accesses.held(member_id)
    access_form = accesses.new_form()
    return render_template(
        "people/person.html", member=member, grants=grants, form=form, access_form=access_form, **_places() | held
    )


def _places() -> dict[str, dict[int, str]]:
    """The names of what roles hold for."""
    session = db.session()
    return {
        "site_names": {row.id: row.name for row in sites.sites(session)},
        "entity_names": {row.id: row.name for row in sites.legal_entities(session)},
    }
