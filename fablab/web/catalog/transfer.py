"""For fabmanagers: the catalogue as a table, out and in; what it would do is shown before anything is written."""

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from werkzeug.wrappers import Response as Redirect

from fablab.booking import transfer
from fablab.catalog import queries as catalog
from fablab.catalog import sheet_of_resources as sheet
from fablab.catalog import transfer as catalogue
from fablab.core import clock, tables
from fablab.core.db import attempt, db
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.tables import Report
from fablab.members.models import Role
from fablab.web.ground import access
from fablab.web.ground.downloads import table_file
from fablab.web.ground.uploads import takes_files, upload

screen = Blueprint("transfer", __name__)
SHOWN = 500
"""Troubles shown one by one."""


@screen.get("/machines.csv")
@access.needs(Role.FABMANAGER)
def export() -> Response:
    """What can be booked at one's sites, as a table."""
    return table_file(catalogue.table(db.session(), access.actor()), "machines.csv")


@screen.get("/machines/import")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """Where a table is sent or pasted."""
    return _show_form()


@screen.post("/machines/import")
@access.needs(Role.FABMANAGER)
@takes_files
def bring_in() -> Redirect | tuple[str, int] | str:
    """Show what a table would do; then, sent again with what was shown, do it."""
    try:
        sent = upload("file")
        text = tables.decoded(sent.content) if sent else tables.plain(request.form.get("text", ""))
        if request.form.get("digest") and not sent:
            return _write(text)
        report = _look(text)
    except Refused as refused:
        return _show_form(refused.messages), 422
    return _show_report(report, text)


def _look(text: str) -> Report:
    now = clock.now()
    return attempt(lambda session: transfer.bring_in(session, access.actor(), text, now), lambda report: False)[0]


def _write(text: str) -> Redirect | tuple[str, int]:
    """Write what was shown: all of it, or the good lines if the person says so."""
    if request.form["digest"] != _digest(text):
        raise Refused.because("changed", _("This is not the table that was looked at. Look at it first."))
    skip = request.form.get("skip") == "yes"
    now = clock.now()
    report, kept = attempt(
        lambda session: transfer.bring_in(session, access.actor(), text, now),
        lambda report: skip or not report.troubles,
    )
    if not kept:
        reason = _("Nothing was written: some lines cannot be taken. Mend the table, or skip them.")
        return _show_report(report, text, [reason]), 422
    flash(
        _(
            "Done: %(added)s added, %(changed)s changed, %(unchanged)s as they were, %(skipped)s lines skipped.",
            added=report.added,
            changed=report.changed,
            unchanged=report.unchanged,
            skipped=report.bad_lines,
        ),
        "ok",
    )
    return redirect(url_for("machines.page"))


def _show_form(reasons: list[str] | None = None) -> str:
    session = db.session()
    kinds = catalog.categories(session)
    fields = catalog.fields_of(session, [row.id for row in kinds])
    return render_template(
        "machines/import.html",
        reasons=reasons or [],
        text=request.form.get("text", ""),
        columns=sheet.COLUMNS,
        fields=[(row.name, [sheet.FIELD + one.name for one in fields[row.id]]) for row in kinds if fields[row.id]],
        most=sheet.MOST_LINES,
    )


def _show_report(report: Report, text: str, reasons: list[str] | None = None) -> str:
    return render_template(
        "machines/import_report.html",
        report=report,
        troubles=report.troubles[:SHOWN],
        text=text,
        digest=_digest(text),
        reasons=reasons or [],
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
