"""For fabmanagers: saying how a machine is, and what becomes of the reservations that this touches."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField

from fablab.booking import changes
from fablab.booking.affected import Undecided
from fablab.booking.changes import Outage
from fablab.catalog import outages, problem_queries
from fablab.catalog import queries as catalog
from fablab.catalog.models import ProblemKind, Resource, ResourceState
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members.models import Role
from fablab.web.ground import access, decisions, inputs, words
from fablab.web.ground.errors import status_of
from fablab.web.ground.forms import LabForm, text_field

screen = Blueprint("outages", __name__)
LONGEST_NOTE = 300


class StateForm(LabForm):
    """How it is, and until when."""

    state = RadioField()
    note = text_field(LONGEST_NOTE)
    until_day = text_field(10)
    until_time = text_field(5)
    version = HiddenField()

    def offer(self) -> None:
        """Fill the list of states."""
        self.state.choices = [(state, words.resource_state(state)) for state in ResourceState]

    def outage(self, resource: Resource) -> Outage:
        """What was said; a day without a time means from its morning on."""
        state, until = ResourceState(self.state.data), None
        if self.until_day.data and not state.bookable and state != ResourceState.RETIRED:
            on = inputs.day(self.until_day.data, clock.now().date())
            until = inputs.wall_time(on, self.until_time.data or "08:00", resource.site.zone)
        version = inputs.row_id(self.version.data) or 0
        return Outage(state=state, version=version, note=self.note.data or "", until=until)


@screen.get("/machines/<row:machine_id>/state")
@access.needs(Role.FABMANAGER)
def page(machine_id: int) -> str:
    """How it is now; from a problem's page, with what is wrong filled in."""
    resource = _own(machine_id)
    form = StateForm(formdata=None, state=resource.state, note=resource.state_note, version=str(resource.version))
    form.offer()
    _fill_until(form, resource.state_until, resource)
    problem_id = inputs.row_id(request.args.get("problem"))
    if problem_id is not None:
        form.state.data = ResourceState.OUT_OF_ORDER
        form.note.data = _said_by(problem_id, resource) or form.note.data
    return _show(resource, form)


@screen.post("/machines/<row:machine_id>/state")
@access.needs(Role.FABMANAGER)
def change(machine_id: int) -> Response | tuple[str, int]:
    """Say how it is; first to whom that matters."""
    resource = _own(machine_id)
    name, code = resource.name, resource.code
    form = StateForm()
    form.offer()
    if not form.validate():
        return _show(resource, form), 422
    try:
        outage = form.outage(resource)
        with transaction() as session:
            changes.set_state(session, access.actor(), machine_id, outage, decisions.asked(), clock.now())
    except Undecided as undecided:
        title = f"{name} · {words.resource_state(form.state.data)}"
        return decisions.page(undecided, title, url_for("outages.page", machine_id=machine_id))
    except Refused as refused:
        form.refuse(refused)
        resource = _own(machine_id)
        # What somebody else said meanwhile stands in the log below; saving again puts this in its place.
        form.version.data = str(resource.version)
        return _show(resource, form), status_of(refused)
    flash(_("%(name)s: %(state)s.", name=name, state=words.resource_state(form.state.data)), "ok")
    return redirect(url_for("machine.page", code=code))


def _own(machine_id: int) -> Resource:
    """The machine, for a fabmanager of its site."""
    found = catalog.resource(db.session(), machine_id)
    access.actor().needs_at_site(Role.FABMANAGER, found.site_id)
    return found


def _fill_until(form: StateForm, until: datetime | None, resource: Resource) -> None:
    if until is not None:
        local = until.astimezone(resource.site.zone)
        form.until_day.data, form.until_time.data = f"{local:%Y-%m-%d}", f"{local:%H:%M}"


def _said_by(problem_id: int, resource: Resource) -> str | None:
    """The words of a problem with this machine, since members read the note: never those of a private one."""
    try:
        found = problem_queries.problem(db.session(), access.actor(), problem_id)
    except NotFound:
        return None
    if found.resource_id != resource.id or ProblemKind(found.kind).is_private:
        return None
    return line_of(found.text)[:LONGEST_NOTE]


def _show(resource: Resource, form: StateForm) -> str:
    log = outages.state_log(db.session(), resource.id, limit=20)
    return render_template("outages/state.html", resource=resource, form=form, log=log)
