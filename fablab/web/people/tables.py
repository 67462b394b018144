"""For fabmanagers: people, memberships, organisations and certificates as tables, out and in; what one would do is
shown before anything is written.
"""

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from werkzeug.wrappers import Response as Redirect

from fablab.core import clock, tables
from fablab.core.db import attempt, db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import classes
from fablab.members.models import Role
from fablab.members.transfer.columns import MOST_LINES
from fablab.members.transfer.outcome import Options, Outcome
from fablab.sites import queries as sites
from fablab.training import tables as people
from fablab.training.tables import COLUMNS, TableKind
from fablab.web.ground import access, inputs
from fablab.web.ground.downloads import table_file
from fablab.web.ground.uploads import takes_files, upload
from fablab.web.people.members import asked_for

screen = Blueprint("tables", __name__)
SHOWN = 500
"""Troubles shown one by one."""
CLASS = "class:"
"""What a field for a word that is no class here is called, before the word."""
FILTERS = ("q", "site", "class", "role", "standing")


@screen.get("/people/export")
@access.needs(Role.FABMANAGER)
def export() -> Response:
    """People whom one looks after, or what is known of them, as a table; the list's filters hold."""
    kind = _kind(request.args.get("table"))
    with transaction() as session:
        text = people.table(session, access.actor(), kind, asked_for(), clock.now())
    return table_file(text, f"{kind.value}.csv")


@screen.get("/people/import")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """Where a table is sent or pasted, and where tables are taken out."""
    return _show_form()


@screen.post("/people/import")
@access.needs(Role.FABMANAGER)
@takes_files
def bring_in() -> Redirect | tuple[str, int] | str:
    """Show what a table would do; then, sent again with what was shown, do it."""
    try:
        sent = upload("file")
        text = people.text_of(sent.content) if sent else tables.plain(request.form.get("text", ""))
        if request.form.get("act") == "write" and not sent:
            return _write(text)
        return _show_report(_bring(text, keep=False)[0], text)
    except Refused as refused:
        return _show_form(refused.messages), 422


def _bring(text: str, *, keep: bool) -> tuple[Outcome, bool]:
    kind, options, now = _kind(request.form.get("kind")), _options(), clock.now()
    skip = request.form.get("skip") == "yes"
    return attempt(
        lambda session: people.bring_in(session, access.actor(), kind, text, options, now),
        lambda outcome: keep and (skip or not outcome.troubles),
    )


def _write(text: str) -> Redirect | tuple[str, int]:
    """Write what was shown: all of it, or the good lines if the person says so."""
    if request.form.get("digest") != _digest(text):
        raise Refused.because("changed", _("This is not the table that was looked at. Look at it first."))
    outcome, kept = _bring(text, keep=True)
    if not kept:
        reason = _("Nothing was written: some lines cannot be taken. Mend the table, or skip them.")
        return _show_report(outcome, text, [reason]), 422
    flash(
        _(
            "Done: %(added)s added, %(changed)s changed, %(unchanged)s as they were, %(skipped)s lines skipped.",
            added=outcome.added,
            changed=outcome.changed,
            unchanged=outcome.unchanged,
            skipped=outcome.bad_lines,
        ),
        "ok",
    )
    return redirect(url_for("people.page"))


def _kind(text: str | None) -> TableKind:
    return TableKind(text) if text in list(TableKind) else TableKind.MEMBERS


def _options() -> Options:
    """What is said beside the table."""
    chosen = {
        name.removeprefix(CLASS): number
        for name, value in request.form.items()
        if name.startswith(CLASS) and (number := inputs.row_id(value)) is not None
    }
    offered = {row.id for row in classes.open_classes(db.session(), needs_proof=False)}
    return Options(
        add_anyway=request.form.get("add_anyway") == "yes",
        site_id=inputs.row_id(request.form.get("site")),
        classes={word: number for word, number in chosen.items() if number in offered},
    )


def _show_form(reasons: list[str] | None = None) -> str:
    return render_template(
        "people/import.html",
        reasons=reasons or [],
        text=request.form.get("text", ""),
        kinds=list(TableKind),
        kind=_kind(request.form.get("kind")),
        columns=COLUMNS,
        filters={name: value for name, value in request.args.items() if name in FILTERS},
        most=MOST_LINES,
        **_sites(),
    )


def _show_report(outcome: Outcome, text: str, reasons: list[str] | None = None) -> str:
    options, session = _options(), db.session()
    return render_template(
        "people/import_report.html",
        report=outcome,
        troubles=outcome.troubles[:SHOWN],
        text=text,
        digest=_digest(text),
        kind=_kind(request.form.get("kind")),
        options=options,
        classes=classes.open_classes(session, needs_proof=False),
        fallback=classes.fallback(session),
        reasons=reasons or [],
        **_sites(),
    )


def _sites() -> dict[str, object]:
    actor = access.actor()
    return {
        "own_sites": [row for row in sites.sites(db.session()) if actor.may_at_site(Role.FABMANAGER, row.id)],
        "everywhere": actor.may_everywhere(Role.FABMANAGER),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
