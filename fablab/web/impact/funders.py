"""For administrators: who funds which sites, and which questions they want counted."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.impact import funders, kinds, wording
from fablab.impact.funders import FunderCard
from fablab.impact.models import Funder
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("funders", __name__)


@screen.before_request
def only_administrators() -> None:
    """Funders are the whole network's."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/impact/funders")
def page() -> str:
    """Who funds the lab."""
    session = db.session()
    return render_template(
        "impact/funders.html",
        rows=funders.funders(session, closed=True),
        site_names={row.id: row.name for row in sites.sites(session)},
    )


@screen.get("/impact/funders/new")
def new_page() -> str:
    """An empty form."""
    return _show(FunderCard(name=""), None)


@screen.post("/impact/funders/new")
def new() -> Response | tuple[str, int]:
    """Add a funder."""
    card = _written()
    try:
        with transaction() as session:
            funders.add_funder(session, access.actor(), card, clock.now())
    except Refused as refused:
        return _show(card, None, refused.messages), 422
    return _saved()


@screen.get("/impact/funders/<row:funder_id>")
def edit_page(funder_id: int) -> str:
    """A funder."""
    row = funders.funder(db.session(), funder_id)
    return _show(funders.card_of(row), row)


@screen.post("/impact/funders/<row:funder_id>")
def edit(funder_id: int) -> Response | tuple[str, int]:
    """Write a funder anew."""
    card, version = _written(), inputs.row_id(request.form.get("version")) or 0
    try:
        with transaction() as session:
            funders.edit_funder(session, access.actor(), funder_id, card, version, clock.now())
    except Refused as refused:
        row = funders.funder(db.session(), funder_id)
        return _show(card, row, refused.messages), status_of(refused)
    return _saved()


def _written() -> FunderCard:
    form = request.form
    return FunderCard(
        name=form.get("name", "").strip(),
        note=form.get("note", "").strip(),
        site_ids=_ids("site"),
        kind_ids=_ids("kind"),
        closed=bool(form.get("closed")),
    )


def _ids(name: str) -> frozenset[int]:
    return frozenset(key for text in request.form.getlist(name) if (key := inputs.row_id(text)) is not None)


def _saved() -> Response:
    flash(_("Saved."), "ok")
    return redirect(url_for("funders.page"))


def _show(card: FunderCard, row: Funder | None, refusals: list[str] | None = None) -> str:
    session = db.session()
    asked = [one for one in kinds.kinds(session, closed=True) if one.closed_at is None or one.id in card.kind_ids]
    return render_template(
        "impact/funder.html",
        card=card,
        row=row,
        refusals=refusals or [],
        sites=sites.sites(session),
        kinds=asked,
        wording=wording,
        longest=funders.LONGEST_NAME,
        longest_note=funders.LONGEST_NOTE,
    )
