"""For administrators: what the lab asks people to allow, in its own words."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import consents
from fablab.members.models import Role
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of
from fablab.web.ground.forms import LabForm, area_field, text_field

screen = Blueprint("consents", __name__)


class ConsentForm(LabForm):
    """What is asked."""

    version = HiddenField(default="1")
    title = text_field(consents.LONGEST_TITLE, needed=True)
    text = area_field(consents.LONGEST_TEXT)
    code = text_field(40)


@screen.get("/network/consents")
@access.needs(Role.ADMIN)
def page() -> str:
    """Everything that is asked, how many allow it, and a form for more."""
    return _show(ConsentForm(formdata=None))


@screen.post("/network/consents")
@access.needs(Role.ADMIN)
def add() -> Response | tuple[str, int]:
    """Ask for something new."""
    form = ConsentForm()
    if form.validate():
        try:
            with transaction() as session:
                title, text, code = form.title.data, form.text.data or "", form.code.data or ""
                consents.add(session, access.actor(), title, text, clock.now(), code=code)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("People are asked from now on, on their page “My data”."), "ok")
            return redirect(url_for("consents.page"))
    return _show(form), 422


@screen.post("/network/consents/<row:consent_id>")
@access.needs(Role.ADMIN)
def change(consent_id: int) -> Response | tuple[str, int]:
    """Ask in other words."""
    version = inputs.row_id(request.form.get("version")) or 0
    title, text = request.form.get("title", ""), request.form.get("text", "")
    try:
        with transaction() as session:
            consents.change(session, access.actor(), consent_id, title, text, version, clock.now())
    except Refused as refused:
        form = ConsentForm(formdata=None)
        form.refuse(refused)
        return _show(form, (consent_id, title, text)), status_of(refused)
    flash(_("Saved. Who allowed the old text is asked again."), "ok")
    return redirect(url_for("consents.page"))


@screen.post("/network/consents/<row:consent_id>/end")
@access.needs(Role.ADMIN)
def end(consent_id: int) -> Response:
    """Ask nobody any more."""
    with transaction() as session:
        consents.end(session, access.actor(), consent_id, clock.now())
    flash(_("Nobody is asked any more. What was answered stays."), "ok")
    return redirect(url_for("consents.page"))


def _show(form: ConsentForm, written: tuple[int, str, str] | None = None) -> str:
    session = db.session()
    access.actor().needs_everywhere(Role.ADMIN)
    return render_template(
        "privacy/consents.html",
        form=form,
        rows=consents.consents(session),
        counts=consents.counts(session),
        written=written,
    )
