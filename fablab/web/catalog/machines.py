"""For fabmanagers: what can be booked at their sites, what is written about it, and how a machine is reached."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import changes
from fablab.booking.affected import Undecided
from fablab.catalog import queries as catalog
from fablab.catalog import services
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.usage import connections
from fablab.usage import queries as usage
from fablab.usage.models import Condition
from fablab.web.catalog import cards, editor
from fablab.web.catalog.cards import CardForm
from fablab.web.ground import access, decisions, inputs, pickers
from fablab.web.ground.settings import means

screen = Blueprint("machines", __name__)


@screen.get("/machines")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """What can be booked at one's sites, the retired too."""
    session, actor = db.session(), access.actor()
    own = [row for row in catalog.resources(session, retired=True) if actor.may_at_site(Role.FABMANAGER, row.site_id)]
    return render_template(
        "machines/list.html", machines=own, lives=usage.live_states(session, [row.id for row in own])
    )


@screen.get("/machines/new")
@access.needs(Role.FABMANAGER)
def new_page() -> str:
    """First the categories to choose from, then an empty card of the chosen one."""
    form = CardForm()
    form.offer()
    chosen = inputs.row_id(request.args.get("category"))
    form.category_id.data = chosen
    return _show_new(form)


@screen.post("/machines/new")
@access.needs(Role.FABMANAGER)
def new() -> Response | tuple[str, int]:
    """Put a resource into the catalogue."""
    form = CardForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                made = services.add_resource(session, access.actor(), form.card(), clock.now())
                machine_id, kind = made.id, catalog.category(session, made.category_id).kind
        except Refused as refused:
            form.refuse(refused)
        else:
            if kind == "machine":
                flash(_("The machine is there. Connect it, so that its use is measured."), "ok")
                return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor="connection"))
            flash(_("It is there, and can be booked in its hours."), "ok")
            return redirect(url_for("machines.edit_page", machine_id=machine_id))
    return _show_new(form), 422


@screen.get("/machines/<row:machine_id>/edit")
@access.needs(Role.FABMANAGER)
def edit_page(machine_id: int) -> str:
    """A resource's card, and all that belongs to it."""
    return editor.show(editor.own(machine_id))


@screen.post("/machines/<row:machine_id>/edit")
@access.needs(Role.FABMANAGER)
def edit(machine_id: int) -> Response | tuple[str, int]:
    """Change what is written; if somebody else did meanwhile, show both; ask about reservations that it touches."""
    name = editor.own(machine_id).name
    form = CardForm()
    form.offer()
    status, theirs = 422, None
    if form.validate():
        version = inputs.row_id(form.version.data) or 0
        try:
            with transaction() as session:
                changes.edit_resource(
                    session, access.actor(), machine_id, form.card(), version, decisions.asked(), clock.now()
                )
        except Undecided as undecided:
            title = _("Change %(name)s", name=name)
            return decisions.page(undecided, title, url_for("machines.edit_page", machine_id=machine_id))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
            if "stale" in conflict.codes:
                theirs = editor.own(machine_id)
                form.version.data = str(theirs.version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("machines.edit_page", machine_id=machine_id))
    return editor.show(editor.own(machine_id), form=form, theirs=theirs), status


@screen.post("/machines/<row:machine_id>/connection")
@access.needs(Role.FABMANAGER)
def connect(machine_id: int) -> Response | tuple[str, int]:
    """Save how the machine is reached, then ask it once, outside of the transaction, and tell what came of it."""
    editor.own(machine_id)
    form = editor.ConnectionForm()
    form.offer()
    if not form.validate():
        return editor.show(editor.own(machine_id), connection_form=form), 422
    kind, url, key = form.kind.data, form.url.data or "", form.key.data or ""
    try:
        with transaction() as session:
            saved = connections.connect(session, access.actor(), machine_id, kind, url, key, means(), clock.now())
            reach = replace(connections.settings_of(saved, means()))
    except Refused as refused:
        form.refuse(refused)
        return editor.show(editor.own(machine_id), connection_form=form), 422
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


def _show_new(form: CardForm) -> str:
    category = cards.category_of(form, None)
    return render_template(
        "machines/new.html",
        form=form,
        category=category,
        categories=catalog.categories(db.session()),
        has_sites=bool(sites.sites(db.session())),
        spec_inputs=cards.spec_inputs(category, None),
        is_adviser=category is not None and category.kind == "adviser",
        people=pickers.suggestions() if category is not None and category.kind == "adviser" else [],
    )
