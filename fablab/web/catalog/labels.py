"""For fabmanagers: QR codes to print, of one resource or of several."""

from flask import Blueprint, current_app, request
from flask.wrappers import Response
from werkzeug.exceptions import BadRequest

from fablab.catalog import labels
from fablab.catalog import queries as catalog
from fablab.catalog.labels import LabelSize
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.catalog import editor
from fablab.web.ground import access, inputs

screen = Blueprint("labels", __name__)


@screen.get("/machines/qr.pdf")
@access.needs(Role.FABMANAGER)
def several() -> Response:
    """The codes of the chosen resources, or of all of one's sites."""
    session, actor = db.session(), access.actor()
    parts = [part for text in request.args.getlist("ids") for part in text.split(",")[: labels.MOST + 1]]
    wanted = {found for part in parts if (found := inputs.row_id(part.strip()))}
    rows = catalog.resources(session)
    if wanted:
        rows = [row for row in catalog.resources(session, retired=True) if row.id in wanted]
    return _sheet([row for row in rows if actor.may_at_site(Role.FABMANAGER, row.site_id)], LabelSize.SMALL)


@screen.get("/machines/<row:machine_id>/qr.pdf")
@access.needs(Role.FABMANAGER)
def one(machine_id: int) -> Response:
    """The code of one resource."""
    return _sheet([editor.own(machine_id)], LabelSize.LARGE)


def _sheet(rows: list[Resource], usual: LabelSize) -> Response:
    size = request.args.get("size") or usual
    if size not in list(LabelSize):
        raise BadRequest(_("A label is large or small."))
    if not rows:
        raise Refused.because("nothing", _("There is nothing to print. Add a machine first, or choose other ones."))
    if len(rows) > labels.MOST:
        text = _("At most %(count)s codes are printed at once. Choose fewer.", count=labels.MOST)
        raise Refused.because("too_many", text)
    named = [labels.label_of(row) for row in rows]
    name = f"qr-{rows[0].code}.pdf" if len(named) == 1 else "qr.pdf"
    # Drawing takes a while, and needs nothing more of the database.
    db.session.rollback()
    pdf = labels.render(named, LabelSize(size))
    response: Response = current_app.response_class(pdf, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
