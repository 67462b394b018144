"""Reporting what is wrong, and following it until it is fixed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.catalog import problem_queries as queries
from fablab.catalog import queries as catalog
from fablab.catalog.models import Problem, ProblemEntry, ProblemFollower, ProblemKind, ProblemState
from fablab.catalog.signals import problem_changed, problem_reported
from fablab.core.actor import Actor, Role
from fablab.core.db import is_postgresql
from fablab.core.files import keep_picture, stored_file
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.core.text import line_of, lines_of
from fablab.members import throttle
from fablab.sites import queries as sites

PER_REPORTER = 10
"""Reports in a quarter of an hour: of a member, or of a network address where nobody has signed in."""
LONGEST_TEXT = 4000
LONGEST_NAME = 120
_TWICE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody reports: about a resource, or about a site itself."""

    site_id: int
    resource_id: int | None = None
    kind: ProblemKind = ProblemKind.PROBLEM
    text: str
    photo: bytes | None = None
    name: str = ""
    """Of somebody who has not signed in, if they like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What staff do with a problem; what is None stays as it is."""

    state: ProblemState | None = None
    assigned_to_id: int | None = None
    waiting_for: str | None = None
    comment: str = ""


def count_attempt(session: Session, reporter_id: int | None, address: str, now: datetime) -> None:
    """Count an attempt to report, in a transaction of its own: one that is refused counts too.

    Raises:
        Refused: too many in the last quarter of an hour.
    """
    who = f"member {reporter_id}" if reporter_id is not None else f"address {address}"
    throttle.count(session, {throttle.key_of("report", who): PER_REPORTER}, now)


def report(session: Session, reporter_id: int | None, said: Report, now: datetime) -> Problem:
    """Write a report down. Whoever has signed in follows it, unless only staff may read it.

    Raises:
        NotFound: there is no such resource or site.
        Refused: nothing is said, or the photo is none.
    """
    text, name = lines_of(said.text)[:LONGEST_TEXT], line_of(said.name)[:LONGEST_NAME]
    if not text:
        raise Refused.because("text_missing", _("Say in a few words what is wrong."))
    if said.resource_id is not None:
        site_id = catalog.resource(session, said.resource_id).site_id
    else:
        site_id = sites.site(session, said.site_id).id
    problem = Problem(
        site_id=site_id,
        resource_id=said.resource_id,
        kind=said.kind,
        text=text,
        reporter_id=reporter_id,
        reporter_name="" if reporter_id is not None else name,
        reported_at=now,
    )
    known = _sent_before(session, problem)
    if known is not None:
        return known
    if said.photo is not None:
        problem.photo_id = keep_picture(session, said.photo, "problem.jpg", now).id
    session.add(problem)
    session.flush()
    if reporter_id is not None and not said.kind.is_private:
        session.add(ProblemFollower(problem_id=problem.id, member_id=reporter_id))
        session.flush()
    problem_reported.send(None, session=session, problem=problem, now=now)
    return problem


def advance(session: Session, actor: Actor, problem_id: int, step: Step, version: int, now: datetime) -> Problem:
    """Give a problem to somebody, wait for parts, call it fixed, open it again, or write a comment; it is logged.

    Raises:
        NotFound: there is no such problem, or it is not this person's to read.
        Forbidden: not a fabmanager of its site.
        Conflict: somebody else changed it since.
        Refused: it is given to nobody, or waits for nothing; or nothing changes.
    """
    problem = queries.problem(session, actor, problem_id, lock=True)
    actor.needs_at_site(Role.FABMANAGER, problem.site_id)
    if problem.version != version:
        text = _("A colleague was here meanwhile. Nothing of yours was saved: see what they did, then send it again.")
        raise Conflict.because("stale", text)
    entry = _step(session, problem, step, now)
    if entry.state is None and entry.assigned_to_id is None and not entry.text:
        raise Refused.because("nothing", _("Nothing changes by this. Choose what was done, or write a comment."))
    entry.by_id = actor.member_id
    problem.version += 1
    session.add(entry)
    session.flush()
    session.refresh(problem, ["assigned_to"])
    problem_changed.send(None, session=session, problem=problem, entry=entry, now=now)
    return problem


def show_photo(session: Session, actor: Actor, problem_id: int, content: bytes, now: datetime) -> Problem:
    """Put a photo to a problem: staff of its site in place of the one before, its reporter if it has none yet.

    Raises:
        NotFound: there is no such problem, or it is neither this person's own nor theirs to read.
        Forbidden: they may only read it.
        Refused: it has a photo already, or this is none.
    """
    query = select(Problem).where(Problem.id == problem_id).with_for_update(of=Problem)
    problem = session.scalar(query.execution_options(populate_existing=True))
    if problem is None or problem.reporter_id != actor.member_id:
        problem = queries.problem(session, actor, problem_id)
        actor.needs_at_site(Role.FABMANAGER, problem.site_id)
    former = problem.photo_id
    if former is not None and not actor.may_at_site(Role.FABMANAGER, problem.site_id):
        text = _("It has a photo already; only staff of the site can show another one.")
        raise Refused.because("photo_there", text)
    problem.photo_id = keep_picture(session, content, "problem.jpg", now).id
    session.flush()
    if former is not None:
        session.delete(stored_file(session, former))
        session.flush()
    return problem


def follow(session: Session, actor: Actor, problem_id: int) -> None:
    """Tell this person what becomes of a problem. Following twice equals once.

    Raises:
        NotFound: there is no such problem, or it is not this person's to read.
    """
    problem = queries.problem(session, actor, problem_id, lock=True)
    if not queries.follows(session, actor.member_id, problem.id):
        session.add(ProblemFollower(problem_id=problem.id, member_id=actor.member_id))
        session.flush()


def unfollow(session: Session, actor: Actor, problem_id: int) -> None:
    """Tell this person no more about it."""
    found = session.get(ProblemFollower, (problem_id, actor.member_id))
    if found is not None:
        session.delete(found)
        session.flush()


def _step(session: Session, problem: Problem, step: Step, now: datetime) -> ProblemEntry:
    """Change the problem, and make the line of its log that says how."""
    before, given = problem.state, problem.assigned_to_id
    state = step.state or ProblemState(problem.state)
    if step.state is None and step.assigned_to_id is not None and state == ProblemState.NEW:
        state = ProblemState.ASSIGNED
    if step.assigned_to_id is not None:
        _check_assignable(session, problem, step.assigned_to_id)
        problem.assigned_to_id = step.assigned_to_id
    if state == ProblemState.NEW:
        problem.assigned_to_id = None
    if state == ProblemState.ASSIGNED and problem.assigned_to_id is None:
        raise Refused.because("assignee_missing", _("Say who takes care of it."))
    waits = line_of(step.waiting_for if step.waiting_for is not None else problem.waiting_for)
    if state == ProblemState.WAITING and not waits:
        raise Refused.because("waiting_for_missing", _("Say what it waits for: which part, from whom."))
    told = waits if state == ProblemState.WAITING and waits != problem.waiting_for else ""
    problem.waiting_for = waits if state == ProblemState.WAITING else ""
    problem.state = state
    if state != ProblemState.FIXED:
        problem.fixed_at = None
    elif problem.fixed_at is None:
        problem.fixed_at = now
    comment = lines_of(step.comment)[:LONGEST_TEXT]
    return ProblemEntry(
        problem_id=problem.id,
        at=now,
        state=state if state != before else None,
        assigned_to_id=problem.assigned_to_id if problem.assigned_to_id != given else None,
        text="\n".join(part for part in (told, comment) if part),
    )


def _check_assignable(session: Session, problem: Problem, member_id: int) -> None:
    if member_id not in {row.id for row in queries.assignable_to(session, problem.site_id)}:
        raise Refused.because("assignee", _("Only staff of this site can take care of it."))


def _sent_before(session: Session, problem: Problem) -> Problem | None:
    """The same report, sent a moment ago: somebody pressed the button twice."""
    if is_postgresql(session):
        # Whoever sends the same at the same time waits here, and then finds it. Never the site before the resource:
        # those who change hours lock them in the other order.
        if problem.resource_id is not None:
            catalog.lock_resources(session, [problem.resource_id])
        else:
            sites.lock_site(session, problem.site_id)
    query = select(Problem).where(
        Problem.site_id == problem.site_id,
        Problem.resource_id.is_not_distinct_from(problem.resource_id),
        Problem.kind == problem.kind,
        Problem.text == problem.text,
        Problem.reporter_id.is_not_distinct_from(problem.reporter_id),
        Problem.reporter_name == problem.reporter_name,
        Problem.reported_at > problem.reported_at - _TWICE,
    )
    return session.scalars(query.limit(1)).first()
