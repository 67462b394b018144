"""Leaving for good: what goes, what stays, what stands in the way; done at once, or as soon as it can be."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import passwords, signin
from fablab.members import queries as members
from fablab.members.privacy import erasing
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, password_field

screen = Blueprint("erasure", __name__)
ERASE = "erasure"
"""What attempts at the password are counted as."""


class ErasureForm(LabForm):
    """The password in use: nobody who finds a browser open may erase its person."""

    present = password_field()


@screen.get("/me/privacy/erase")
def page() -> str:
    """What it means."""
    return _show(ErasureForm())


@screen.post("/me/privacy/erase")
def erase() -> Response | tuple[str, int]:
    """Erase oneself now; or, if that is what was asked, as soon as nothing stands in the way."""
    form, actor = ErasureForm(), access.actor()
    now, address, key = clock.now(), request.remote_addr or "", f"member {actor.member_id}"
    try:
        with transaction() as session:
            signin.begin(session, key, address, now, what=ERASE)
    except Refused as refused:
        form.refuse(refused)
        return _show(form), 429
    kept = members.member(db.session(), actor.member_id).password_hash
    if form.validate() and not passwords.matches(kept, form.present.data):
        form.form_errors.append(_("The present password is not this one."))
    if form.errors:
        return _show(form), 422
    try:
        with transaction() as session:
            signin.complete(session, key, address, what=ERASE)
            if request.form.get("later"):
                done = erasing.ask(session, actor, actor.member_id, now)
            else:
                erasing.erase(session, actor, actor.member_id, now)
                done = True
    except Refused as refused:
        form.refuse(refused)
        return _show(form), 422
    if not done:
        flash(_("Asked. It is done as soon as nothing stands in the way; a mail tells you."), "ok")
        return redirect(url_for("privacy.page"))
    access.sign_out()
    flash(_("Your data are erased. Farewell."), "ok")
    return redirect(url_for("home.page"))


@screen.post("/me/privacy/keep")
def keep() -> Response:
    """Ask no longer to be erased."""
    with transaction() as session:
        erasing.take_back(session, access.actor(), access.actor().member_id, clock.now())
    flash(_("You stay. Nothing is erased."), "ok")
    return redirect(url_for("privacy.page"))


def _show(form: ErasureForm) -> str:
    session, member_id = db.session(), access.actor().member_id
    return render_template(
        "privacy/erase.html",
        form=form,
        member=members.member(session, member_id),
        in_the_way=erasing.reasons_against(session, member_id, clock.now()),
    )
