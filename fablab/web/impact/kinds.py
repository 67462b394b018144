"""For administrators: the questions that members may answer, and what for."""

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.impact import funders, kinds, wording
from fablab.impact.codes import Field
from fablab.impact.kinds import ChoiceCard, KindCard
from fablab.impact.models import FactKind
from fablab.members.models import Role
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("fact_kinds", __name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form."""

    name: str = ""
    purpose: str = ""
    field: str = Field.CHOICE
    choices: tuple[ChoiceCard, ...] = ()
    more: str = ""
    """New choices, one a line."""

    def card(self) -> KindCard:
        """What was written."""
        more = [ChoiceCard(name=line) for line in self.more.splitlines() if line.strip()]
        return KindCard(name=self.name, purpose=self.purpose, choices=(*self.choices, *more))


@screen.before_request
def only_administrators() -> None:
    """The questions are the whole network's."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/impact/kinds")
def page() -> str:
    """The questions in their order."""
    session = db.session()
    return render_template(
        "impact/kinds.html", rows=kinds.kinds(session, closed=True), asks=funders.who_asks(session), wording=wording
    )


@screen.get("/impact/kinds/new")
def new_page() -> str:
    """An empty form."""
    return _show(Draft(), None)


@screen.post("/impact/kinds/new")
def new() -> Response | tuple[str, int]:
    """Ask one question more."""
    draft = _written()
    try:
        with transaction() as session:
            kinds.add_kind(session, access.actor(), Field(draft.field), draft.card(), clock.now())
    except Refused as refused:
        return _show(draft, None, refused.messages), 422
    return _saved()


@screen.get("/impact/kinds/<row:kind_id>")
def edit_page(kind_id: int) -> str:
    """A question."""
    row = kinds.kind(db.session(), kind_id)
    choices = tuple(
        ChoiceCard(key=one.key, name=wording.choice_name(row, one), closed=one.closed_at is not None)
        for one in row.choices
    )
    return _show(Draft(wording.kind_name(row), wording.purpose_of(row), row.field, choices), row)


@screen.post("/impact/kinds/<row:kind_id>")
def edit(kind_id: int) -> Response | tuple[str, int]:
    """Write a question anew."""
    draft, version = _written(), inputs.row_id(request.form.get("version")) or 0
    try:
        with transaction() as session:
            kinds.edit_kind(session, access.actor(), kind_id, draft.card(), version, clock.now())
    except Refused as refused:
        row = kinds.kind(db.session(), kind_id)
        return _show(replace(draft, field=row.field), row, refused.messages), status_of(refused)
    return _saved()


@screen.post("/impact/kinds/<row:kind_id>/act")
def act(kind_id: int) -> Response:
    """Move a question, ask it no more, or again."""
    what, version = request.form.get("act", ""), inputs.row_id(request.form.get("version")) or 0
    with transaction() as session:
        if what in ("up", "down"):
            kinds.move_kind(session, access.actor(), kind_id, up=what == "up")
        else:
            kinds.close_kind(session, access.actor(), kind_id, version, clock.now(), closed=what == "close")
    return _saved()


def _written() -> Draft:
    form = request.form
    if (what := form.get("field", Field.CHOICE)) not in list(Field):
        raise BadRequest
    closed = set(form.getlist("closed"))
    pairs = zip(form.getlist("key"), form.getlist("choice"), strict=False)
    return Draft(
        name=form.get("name", "").strip(),
        purpose=form.get("purpose", "").strip(),
        field=what,
        choices=tuple(ChoiceCard(key=key, name=name, closed=key in closed) for key, name in pairs),
        more=form.get("more", "") if what == Field.CHOICE else "",
    )


def _saved() -> Response:
    flash(_("Saved."), "ok")
    return redirect(url_for("fact_kinds.page"))


def _show(draft: Draft, row: FactKind | None, refusals: list[str] | None = None) -> str:
    return render_template(
        "impact/kind.html",
        draft=draft,
        row=row,
        refusals=refusals or [],
        fields=list(Field),
        wording=wording,
        longest=kinds.LONGEST_NAME,
        longest_purpose=kinds.LONGEST_PURPOSE,
    )
