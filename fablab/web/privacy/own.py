"""One page where a person sees, corrects, exports and allows what the lab holds about them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.wrappers import Response as Sent
from werkzeug.wrappers import Response

from fablab import dossier
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members import consents, guardians
from fablab.members import queries as members
from fablab.members.privacy import corrections, exporting
from fablab.members.privacy.holdings import counts
from fablab.members.throttle import TOO_MANY
from fablab.web.ground import access, inputs
from fablab.web.ground.settings import settings

screen = Blueprint("privacy", __name__)


@screen.get("/me/privacy")
def page() -> str:
    """All of it."""
    return _show([], "")


@screen.post("/me/privacy/export")
def export() -> Sent | tuple[str, int]:
    """Everything about oneself, as a ZIP."""
    member_id = access.actor().member_id
    try:
        with transaction() as session:
            exporting.begin(session, access.actor(), member_id, clock.now())
    except Refused as refused:
        return _show(refused.messages, ""), 429
    return zipped(member_id)


@screen.post("/me/privacy/correction")
def ask_correction() -> Response | tuple[str, int]:
    """Ask staff to correct what one cannot correct oneself."""
    text = request.form.get("text", "")[: corrections.LONGEST]
    try:
        with transaction() as session:
            corrections.ask(session, access.actor().member_id, text, clock.now())
    except Refused as refused:
        return _show(refused.messages, text), 429 if TOO_MANY in refused.codes else 422
    flash(_("Asked. The staff write to you, or correct it."), "ok")
    return redirect(url_for("privacy.page"))


@screen.post("/me/privacy/consents/<row:consent_id>/<row:member_id>")
def answer(consent_id: int, member_id: int) -> Response | tuple[str, int]:
    """Allow something, or take it back, for oneself or for a ward."""
    try:
        take_answer(consent_id, member_id)
    except Conflict as conflict:
        return _show(conflict.messages, ""), 409
    flash(_("Written down."), "ok")
    return redirect(url_for("privacy.page", _anchor="consents"))


def take_answer(consent_id: int, member_id: int) -> None:
    """Write down what a form answers.

    Raises:
        Conflict: the text has changed since it was read.
    """
    version = inputs.row_id(request.form.get("version")) or 0
    given = request.form.get("given") == "yes"
    with transaction() as session:
        consents.answer(session, access.actor(), consent_id, member_id, given, version, clock.now())


def zipped(member_id: int) -> Sent:
    """A person's dossier, to be downloaded."""
    response = Sent(dossier.pack(member_id, settings().lab_name, clock.now()), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{dossier.FILE_NAME}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _show(reasons: list[str], text: str) -> str:
    session, own = db.session(), members.member(db.session(), access.actor().member_id)
    people = [own, *(row.ward for row in guardians.wards_of(session, own.id))]
    return render_template(
        "privacy/own.html",
        member=own,
        held=sorted((dossier.label_of(name), count) for name, count in counts(session, own.id).items()),
        asked=[(person, consents.asked_of(session, person.id)) for person in people],
        history=consents.history_of(session, own.id, limit=50),
        reasons=reasons,
        text=text,
        longest=corrections.LONGEST,
    )
