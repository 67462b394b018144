"""For administrators: the lists of reasons and of kinds of public."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.presence import lists
from fablab.presence.lists import LONGEST_NAME
from fablab.presence.models import ArrivalReason, PublicKind
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("entries", __name__)
TABLES: dict[str, type[ArrivalReason] | type[PublicKind]] = {"reasons": ArrivalReason, "publics": PublicKind}


@screen.before_request
def only_administrators() -> None:
    """The lists are the whole network's."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/presence/lists")
def page() -> str:
    """Both lists."""
    return _show()


@screen.post("/presence/lists/<which>")
def add(which: str) -> Response | tuple[str, int]:
    """Add an entry."""
    try:
        with transaction() as session:
            lists.add_entry(session, access.actor(), _table(which), request.form.get("name", ""))
    except Refused as refused:
        return _show(refused.messages), 422
    return _saved(which)


@screen.post("/presence/lists/<which>/<row:entry_id>")
def edit(which: str, entry_id: int) -> Response | tuple[str, int]:
    """Rename an entry, offer it no more or again, or move it."""
    form = request.form
    act, version = form.get("act", ""), inputs.row_id(form.get("version")) or 0
    actor, table, now = access.actor(), _table(which), clock.now()
    try:
        with transaction() as session:
            if act in ("up", "down"):
                lists.move_entry(session, actor, table, entry_id, up=act == "up")
            elif act in ("close", "open"):
                lists.edit_entry(session, actor, table, entry_id, version, now, closed=act == "close")
            else:
                lists.edit_entry(session, actor, table, entry_id, version, now, name=form.get("name", ""))
    except Refused as refused:
        return _show(refused.messages), status_of(refused)
    return _saved(which)


def _table(which: str) -> type[ArrivalReason] | type[PublicKind]:
    if which not in TABLES:
        raise NotFound
    return TABLES[which]


def _saved(which: str) -> Response:
    flash(_("Saved."), "ok")
    return redirect(url_for("entries.page", _anchor=which))


def _show(refusals: list[str] | None = None) -> str:
    session = db.session()
    return render_template(
        "presence/lists.html",
        reasons=lists.reasons(session, closed=True),
        publics=lists.publics(session, closed=True),
        refusals=refusals or [],
        name_of=lists.name_of,
        longest=LONGEST_NAME,
    )
