"""For fabmanagers: what goes with a resource, reserved together with it."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from fablab.catalog import links
from fablab.core.db import transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.catalog import editor
from fablab.web.ground import access, inputs

screen = Blueprint("bundles", __name__)


@screen.post("/machines/<row:machine_id>/links")
@access.needs(Role.FABMANAGER)
def add(machine_id: int) -> Response | tuple[str, int]:
    """Let another resource go with this one from now on."""
    editor.own(machine_id)
    try:
        other_id = inputs.row_id(request.form.get("other_id"))
        if other_id is None:
            raise Refused.because("other", _("Choose what goes with it."))
        places = inputs.count(request.form["places"]) if request.form.get("places") else None
        with transaction() as session:
            links.add_link(session, access.actor(), machine_id, other_id, places)
    except Refused as refused:
        reasons = {"links": refused.messages}
        return editor.show(editor.own(machine_id), reasons=reasons), 422
    flash(_("From now on it is reserved with it. What was reserved before keeps what it took."), "ok")
    return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor="links"))


@screen.post("/machines/<row:machine_id>/links/<row:link_id>/remove")
@access.needs(Role.FABMANAGER)
def remove(machine_id: int, link_id: int) -> Response:
    """Let the other one be reserved apart again."""
    editor.own(machine_id)
    with transaction() as session:
        links.remove_link(session, access.actor(), link_id)
    flash(_("From now on it is no longer reserved with it. What was reserved before keeps what it took."), "ok")
    return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor="links"))
