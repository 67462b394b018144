"""For fabmanagers: what somebody answered to the lab's questions; with advisers: the path of their project."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking import outcomes
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.impact import paths, wording
from fablab.impact.codes import Stage
from fablab.impact.paths import LONGEST_NOTE, LONGEST_PROJECT, StepCard
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.impact import questions

screen = Blueprint("facts_of", __name__)


@screen.get("/people/<row:member_id>/facts")
@access.needs(Role.FABMANAGER)
def page(member_id: int) -> str:
    """What somebody answered."""
    return questions.show(member_id, "impact/person.html")


@screen.post("/people/<row:member_id>/facts")
@access.needs(Role.FABMANAGER)
def answer(member_id: int) -> Response | tuple[str, int]:
    """Write down what somebody tells."""
    saved = questions.save(member_id, url_for("facts_of.page", member_id=member_id))
    if isinstance(saved, list):
        return questions.show(member_id, "impact/person.html", saved), 422
    return saved


@screen.post("/people/<row:member_id>/facts/<row:kind_id>/withdraw")
@access.needs(Role.FABMANAGER)
def withdraw(member_id: int, kind_id: int) -> Response:
    """Take somebody's answer back, as they asked."""
    return questions.withdraw(member_id, kind_id, url_for("facts_of.page", member_id=member_id))


@screen.get("/people/<row:member_id>/path")
def path(member_id: int) -> str:
    """How far somebody's project is."""
    _needs_follower()
    return _show_path(member_id)


@screen.post("/people/<row:member_id>/path")
def add_step(member_id: int) -> Response | tuple[str, int]:
    """Write down that it has reached a stage."""
    _needs_follower()
    form, now = request.form, clock.now()
    stage = form.get("stage", "")
    try:
        if stage not in list(Stage):
            raise Refused.because("stage", _("Choose a stage."))
        card = StepCard(
            stage=Stage(stage),
            day=_day(form.get("day", "")),
            site_id=inputs.row_id(form.get("site")) or 0,
            project=form.get("project", ""),
            note=form.get("note", ""),
        )
        with transaction() as session:
            paths.add_step(session, access.actor(), member_id, card, now)
    except Refused as refused:
        return _show_path(member_id, refused.messages), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("facts_of.path", member_id=member_id))


@screen.post("/people/<row:member_id>/path/<row:step_id>/withdraw")
def withdraw_step(member_id: int, step_id: int) -> Response | tuple[str, int]:
    """Take a stage back that was a mistake."""
    _needs_follower()
    try:
        with transaction() as session:
            paths.withdraw_step(session, access.actor(), member_id, step_id, clock.now())
    except Refused as refused:
        return _show_path(member_id, refused.messages), 422
    flash(_("Withdrawn."), "ok")
    return redirect(url_for("facts_of.path", member_id=member_id))


def _needs_follower() -> None:
    """Only fabmanagers and advisers follow projects; whose, the service says."""
    actor = access.actor()
    if not actor.may_anywhere(Role.FABMANAGER) and not outcomes.is_adviser(db.session(), actor.member_id):
        raise Forbidden("paths")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("“%(text)s” is not a day; a day looks like 2026-09-15.", text=text[:40])
        raise Refused.because("day", message) from None


def _show_path(member_id: int, refusals: list[str] | None = None) -> str:
    session, actor = db.session(), access.actor()
    member = paths.follows(session, actor, member_id)
    own = set(paths.sites_to_write_at(session, actor, member_id))
    steps = paths.steps_of(session, member_id)
    furthest = max((Stage(row.stage).rank for row in steps), default=-1)
    return render_template(
        "impact/path.html",
        member=member,
        steps=steps,
        suggested=list(Stage)[min(furthest + 1, Stage.STILL_THERE.rank)],
        places=[row for row in sites.sites(session) if row.id in own],
        stages=list(Stage),
        written=request.form if refusals else {},
        today=clock.now().astimezone(next(row.zone for row in sites.sites(session))).date(),
        refusals=refusals or [],
        wording=wording,
        longest=LONGEST_PROJECT,
        longest_note=LONGEST_NOTE,
        may_answer=actor.may_anywhere(Role.FABMANAGER),
    )
