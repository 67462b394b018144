"""Problems: the board where staff follow them from new to fixed, and each one's own page."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.wrappers import Response as Answer
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from fablab.catalog import problem_queries as queries
from fablab.catalog import problems
from fablab.catalog.models import Problem, ProblemKind, ProblemState
from fablab.catalog.problem_queries import RECENTLY, Wanted
from fablab.catalog.problems import LONGEST_TEXT, Step
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.files import stored_file
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("problems", __name__)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board."""

    state: ProblemState
    problems: list[Problem]


@screen.get("/problems")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The board: what is open at one's sites, and what was fixed of late."""
    session, actor = db.session(), access.actor()
    own = [row for row in sites.sites(session) if actor.may_at_site(Role.FABMANAGER, row.id)]
    site_id = inputs.row_id(request.args.get("site"))
    is_mine = request.args.get("mine") == "1"
    wanted = Wanted(
        site_ids=tuple(row.id for row in own if site_id in (None, row.id)),
        assigned_to_id=actor.member_id if is_mine else None,
        fixed_since=clock.now() - RECENTLY,
    )
    found = queries.problems(session, actor, [row.id for row in own], wanted)
    columns = [Column(state, [row for row in found if row.state == state]) for state in ProblemState]
    return render_template("problems/board.html", columns=columns, sites=own, site_id=site_id, is_mine=is_mine)


@screen.get("/problems/<row:problem_id>")
def one_page(problem_id: int) -> str:
    """A problem: members read and follow it, staff work on it."""
    return _show(problem_id)


@screen.post("/problems/<row:problem_id>")
@access.needs(Role.FABMANAGER)
def advance(problem_id: int) -> Response | tuple[str, int]:
    """Do with it what staff chose."""
    try:
        with transaction() as session:
            found = queries.problem(session, access.actor(), problem_id)
            is_private = ProblemKind(found.kind).is_private
            step = _step(found, request.form.get("do", ""))
            version = inputs.row_id(request.form.get("version")) or 0
            problems.advance(session, access.actor(), problem_id, step, version, clock.now())
    except Refused as refused:
        return _show(problem_id, refused), status_of(refused)
    flash(_("Noted. Only staff can read it.") if is_private else _("Noted. Those who follow it are told."), "ok")
    return redirect(url_for("problems.one_page", problem_id=problem_id))


@screen.post("/problems/<row:problem_id>/follow")
def follow(problem_id: int) -> Response:
    """Be told what becomes of it."""
    with transaction() as session:
        problems.follow(session, access.actor(), problem_id)
    flash(_("You will be told by mail what becomes of it."), "ok")
    return redirect(url_for("problems.one_page", problem_id=problem_id))


@screen.post("/problems/<row:problem_id>/unfollow")
def unfollow(problem_id: int) -> Response:
    """Be told no more."""
    with transaction() as session:
        problems.unfollow(session, access.actor(), problem_id)
    flash(_("You follow it no more."), "ok")
    return redirect(url_for("problems.one_page", problem_id=problem_id))


@screen.get("/problems/<row:problem_id>/photo")
def photo(problem_id: int) -> Answer:
    """Its photo, for those who may read it."""
    found = queries.problem(db.session(), access.actor(), problem_id)
    if found.photo_id is None:
        raise NotFound(f"photo of problem {problem_id}")
    kept = stored_file(db.session(), found.photo_id)
    answer: Answer = current_app.response_class(kept.content, mimetype=kept.media_type)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _step(problem: Problem, what: str) -> Step:
    comment = request.form.get("comment", "")[:LONGEST_TEXT]
    if what == "comment":
        return Step(comment=comment)
    if what == "take":
        return Step(state=ProblemState.ASSIGNED, assigned_to_id=access.actor().member_id, comment=comment)
    if what == "give":
        chosen = inputs.row_id(request.form.get("assigned_to_id"))
        return Step(state=ProblemState.ASSIGNED, assigned_to_id=chosen, comment=comment)
    if what == "wait":
        waiting_for = request.form.get("waiting_for", "")[:500]
        return Step(state=ProblemState.WAITING, waiting_for=waiting_for, comment=comment)
    if what == "fix":
        return Step(state=ProblemState.FIXED, comment=comment)
    if what == "reopen":
        state = ProblemState.NEW if problem.assigned_to_id is None else ProblemState.ASSIGNED
        return Step(state=state, comment=comment)
    raise BadRequest(_("This act is not known."))


def _show(problem_id: int, refused: Refused | None = None) -> str:
    session, actor = db.session(), access.actor()
    found = queries.problem(session, actor, problem_id)
    is_staff = queries.is_staff_of(actor, found)
    return render_template(
        "problems/problem.html",
        problem=found,
        is_private=ProblemKind(found.kind).is_private,
        is_staff=is_staff,
        fixed_for=_taken(found),
        entries=queries.entries_of(session, problem_id),
        follows=queries.follows(session, actor.member_id, problem_id),
        assignable=queries.assignable_to(session, found.site_id) if is_staff else [],
        typed=request.form if refused else {},
        reasons=refused.messages if refused else [],
    )


def _taken(problem: Problem) -> int | None:
    """How many seconds it took from the report to the repair."""
    fixed: datetime | None = problem.fixed_at
    return int((fixed - problem.reported_at).total_seconds()) if fixed else None
