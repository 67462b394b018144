"""A whole policy as a file: taken out of one site, brought into another; what it would do is shown before."""

import hashlib
import json
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from werkzeug.wrappers import Response as Redirect

from fablab.booking.policy import carrying
from fablab.booking.policy.carrying import Brought
from fablab.core import clock, tables
from fablab.core.db import attempt, db
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.ground import access
from fablab.web.ground.uploads import takes_files, upload
from fablab.web.policy.places import Place, place_named, places

screen = Blueprint("rule_files", __name__)


@screen.get("/booking-rules.json")
@access.needs(Role.FABMANAGER)
def take_out() -> Response:
    """The rules of a site, or of the network, as a file."""
    place = place_named(request.args.get("site"))
    text = json.dumps(carrying.taken_out(db.session(), place.site_id), ensure_ascii=False, indent=2)
    response: Response = current_app.response_class(f"{text}\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="booking-rules-{place.key}.json"'
    return response


@screen.get("/booking-rules/import")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """Where a file is sent or pasted."""
    return _show_form(place_named(request.args.get("site")))


@screen.post("/booking-rules/import")
@access.needs(Role.FABMANAGER)
@takes_files
def bring_in() -> Redirect | tuple[str, int] | str:
    """Show what a file would do; then, sent again with what was shown, do it."""
    place = place_named(request.form.get("site"))
    try:
        sent = upload("file")
        text = tables.decoded(sent.content) if sent else tables.plain(request.form.get("text", ""))
        policy = _read(text)
        is_write = bool(request.form.get("digest")) and not sent
        if is_write and request.form["digest"] != _digest(text):
            raise Refused.because("changed", _("This is not the file that was looked at. Look at it first."))
    except Refused as refused:
        return _show_form(place, refused.messages), 422
    replaces, now = request.form.get("replaces") == "yes", clock.now()
    brought, kept = attempt(
        lambda session: carrying.brought_in(session, access.actor(), place.site_id, policy, now, replaces=replaces),
        lambda found: is_write and not found.troubles,
    )
    if not kept:
        shown = _show_report(place, brought, text, replaces)
        return (shown, 422) if is_write or brought.troubles else shown
    flash(
        _(
            "Done: %(added)s rules added, %(unchanged)s were there already, %(ended)s ended.",
            added=len(brought.added),
            unchanged=brought.unchanged,
            ended=len(brought.ended),
        ),
        "ok",
    )
    return redirect(url_for("booking_rules.page", site=place.key))


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused.because("file_unreadable", _("This is no file of booking rules."))
    return found


def _show_form(place: Place, reasons: list[str] | None = None) -> str:
    return render_template(
        "policy/import.html",
        place=place,
        places=places(),
        reasons=reasons or [],
        text=request.form.get("text", ""),
        replaces=request.form.get("replaces") == "yes",
        most=carrying.MOST,
    )


def _show_report(place: Place, brought: Brought, text: str, replaces: bool) -> str:
    return render_template(
        "policy/import_report.html",
        place=place,
        brought=brought,
        text=text,
        replaces=replaces,
        digest=_digest(text),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
