"""For fabmanagers: the machines of their sites, what is written about them, and how each is reached."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from fablab.catalog import queries as catalog
from fablab.catalog import services
from fablab.catalog.models import Resource
from fablab.catalog.services import ResourceCard
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.usage import connections
from fablab.usage import queries as usage
from fablab.usage.models import Condition
from fablab.web import access, inputs, words
from fablab.web.forms import LabForm, area_field, text_field
from fablab.web.settings import means

screen = Blueprint("machines", __name__)


class CardForm(LabForm):
    """What is written about a machine."""

    name = text_field(120, needed=True)
    category_id = SelectField(coerce=int)
    site_id = SelectField(coerce=int)
    room_id = SelectField(coerce=int)
    model = text_field(120)
    description = area_field(4000)
    places = IntegerField(default=1, validators=[InputRequired(), NumberRange(min=1, max=1000)])
    slot_minutes = IntegerField(default=30, validators=[InputRequired(), NumberRange(min=5, max=1440)])
    version = HiddenField(default="1")

    def offer(self) -> None:
        """Fill the lists: the sites where this person is fabmanager, and what is there."""
        session, actor = db.session(), access.actor()
        own = [row for row in sites.sites(session) if actor.may_at_site(Role.FABMANAGER, row.id)]
        names = {row.id: row.name for row in own}
        rooms = [row for row in sites.rooms(session) if row.site_id in names]
        self.category_id.choices = [(row.id, row.name) for row in catalog.categories(session)]
        self.site_id.choices = list(names.items())
        self.room_id.choices = [(0, "–"), *((row.id, f"{names[row.site_id]} · {row.name}") for row in rooms)]

    def card(self) -> ResourceCard:
        """What was written."""
        return ResourceCard(
            name=self.name.data,
            category_id=self.category_id.data,
            site_id=self.site_id.data,
            room_id=self.room_id.data or None,
            model=self.model.data or "",
            description=self.description.data or "",
            places=self.places.data,
            slot_minutes=self.slot_minutes.data,
        )


class ConnectionForm(LabForm):
    """How a machine is reached; the key is typed, never shown."""

    kind = SelectField()
    url = text_field(300)
    key = text_field(300)

    def offer(self) -> None:
        """Fill the list of kinds."""
        self.kind.choices = [(kind, words.kind(kind)) for kind in connections.machine_kinds()]


@screen.get("/machines")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The machines of one's sites, the retired ones too."""
    session, actor = db.session(), access.actor()
    own = [row for row in catalog.resources(session, retired=True) if actor.may_at_site(Role.FABMANAGER, row.site_id)]
    return render_template(
        "machines/list.html", machines=own, lives=usage.live_states(session, [row.id for row in own])
    )


@screen.get("/machines/new")
@access.needs(Role.FABMANAGER)
def new_page() -> str:
    """An empty card."""
    form = CardForm()
    form.offer()
    return render_template("machines/new.html", form=form)


@screen.post("/machines/new")
@access.needs(Role.FABMANAGER)
def new() -> Response | tuple[str, int]:
    """Put a machine into the catalogue."""
    form = CardForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                machine_id = services.add_resource(session, access.actor(), form.card(), clock.now()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The machine is there. Connect it, so that its use is measured."), "ok")
            return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor="connection"))
    return render_template("machines/new.html", form=form), 422


@screen.get("/machines/<row:machine_id>/edit")
@access.needs(Role.FABMANAGER)
def edit_page(machine_id: int) -> str:
    """A machine's card and its connection."""
    return _show(_own(machine_id))


@screen.post("/machines/<row:machine_id>/edit")
@access.needs(Role.FABMANAGER)
def edit(machine_id: int) -> Response | tuple[str, int]:
    """Change what is written; if somebody else did meanwhile, show both."""
    _own(machine_id)
    form = CardForm()
    form.offer()
    status, theirs = 422, None
    if form.validate():
        try:
            with transaction() as session:
                version = inputs.row_id(form.version.data) or 0
                services.edit_resource(session, access.actor(), machine_id, form.card(), version, clock.now())
        except Conflict as conflict:
            form.refuse(conflict)
            status, theirs = 409, catalog.resource(db.session(), machine_id)
            form.version.data = str(theirs.version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("machines.edit_page", machine_id=machine_id))
    return _show(_own(machine_id), form=form, theirs=theirs), status


@screen.post("/machines/<row:machine_id>/connection")
@access.needs(Role.FABMANAGER)
def connect(machine_id: int) -> Response | tuple[str, int]:
    """Save how the machine is reached, then ask it once, outside of the transaction, and tell what came of it."""
    _own(machine_id)
    form = ConnectionForm()
    form.offer()
    if not form.validate():
        return _show(_own(machine_id), connection_form=form), 422
    kind, url, key = form.kind.data, form.url.data or "", form.key.data or ""
    try:
        with transaction() as session:
            saved = connections.connect(session, access.actor(), machine_id, kind, url, key, means(), clock.now())
            reach = replace(connections.settings_of(saved, means()))
    except Refused as refused:
        form.refuse(refused)
        return _show(_own(machine_id), connection_form=form), 422
    came = connections.attempt(reach)
    if came.connected and came.condition in (Condition.OFF, Condition.FAULT):
        flash(_("Connected.") + " " + came.sentence, "problem")
    else:
        flash(came.sentence, "ok" if came.connected else "problem")
    return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor="connection"))


@screen.post("/machines/<row:machine_id>/disconnect")
@access.needs(Role.FABMANAGER)
def disconnect(machine_id: int) -> Response:
    """Forget how the machine is reached."""
    with transaction() as session:
        connections.disconnect(session, access.actor(), machine_id)
    flash(_("Disconnected: its use is no longer measured."), "ok")
    return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor="connection"))


def _own(machine_id: int) -> Resource:
    """The machine, for a fabmanager of its site."""
    found = catalog.resource(db.session(), machine_id)
    access.actor().needs_at_site(Role.FABMANAGER, found.site_id)
    return found


def _show(
    machine: Resource,
    *,
    form: CardForm | None = None,
    connection_form: ConnectionForm | None = None,
    theirs: Resource | None = None,
) -> str:
    connection = connections.connection_of(db.session(), machine.id)
    if form is None:
        form = CardForm(formdata=None, obj=machine)
        form.offer()
        form.room_id.data = machine.room_id or 0
    if connection_form is None:
        connection_form = ConnectionForm(formdata=None, obj=connection)
        connection_form.offer()
    return render_template(
        "machines/edit.html",
        machine=machine,
        form=form,
        connection=connection,
        connection_form=connection_form,
        sentence=connections.sentence_of(Condition(connection.live.condition)) if connection else "",
        theirs=theirs,
    )
