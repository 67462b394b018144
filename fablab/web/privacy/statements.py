"""What everybody may read: how the lab treats data, and whom its pages may leave out; administrators write it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock, retention
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict
from fablab.members import consents
from fablab.members.models import Role
from fablab.sites import statements
from fablab.sites.models import StatementKind
from fablab.web.ground import access

screen = Blueprint("statements", __name__)


@screen.get("/privacy")
@access.public
def privacy() -> str:
    """How the lab treats data: in its own words, and each kind with its purpose and period."""
    session = db.session()
    return render_template(
        "privacy/privacy.html",
        said=statements.statement(session, StatementKind.PRIVACY),
        kinds=retention.periods(session),
        consents=consents.consents(session),
        contacts=statements.contacts(session),
    )


@screen.get("/accessibility")
@access.public
def accessibility() -> str:
    """Whom the pages may leave out, and whom to write to."""
    session = db.session()
    said = statements.statement(session, StatementKind.ACCESSIBILITY)
    return render_template("privacy/accessibility.html", said=said, contacts=statements.contacts(session))


@screen.get("/network/statements/<kind>")
@access.needs(Role.ADMIN)
def edit_page(kind: str) -> str:
    """What it says now."""
    found = statements.statement(db.session(), _kind(kind))
    return _show(_kind(kind), found.text if found else "", [])


@screen.post("/network/statements/<kind>")
@access.needs(Role.ADMIN)
def edit(kind: str) -> Response | tuple[str, int]:
    """Say it in other words."""
    text, number = request.form.get("text", "")[: statements.LONGEST], request.form.get("version", "")
    version = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else -1
    try:
        with transaction() as session:
            statements.say(session, access.actor(), _kind(kind), text, version, clock.now())
    except Conflict as conflict:
        return _show(_kind(kind), text, conflict.messages), 409
    flash(_("Saved."), "ok")
    return redirect(url_for(f"statements.{kind}"))


def _kind(text: str) -> StatementKind:
    if text not in list(StatementKind):
        abort(404)
    return StatementKind(text)


def _show(kind: StatementKind, text: str, reasons: list[str]) -> str:
    access.actor().needs_everywhere(Role.ADMIN)
    found = statements.statement(db.session(), kind)
    return render_template(
        "privacy/statement.html",
        kind=kind.value,
        text=text,
        version=found.version if found else 0,
        theirs=found.text if found and reasons else None,
        reasons=reasons,
        longest=statements.LONGEST,
    )
