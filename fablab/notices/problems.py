"""Who is told about problems: a site's staff at once, those who follow it at each step.

What only staff may read (injuries, near misses) is never in a mail: it says that there is something, and where to read.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.catalog import problem_queries as queries
from fablab.catalog.models import Problem, ProblemEntry, ProblemKind
from fablab.catalog.signals import problem_changed, problem_reported
from fablab.core.links import link
from fablab.members import queries as members
from fablab.notices.mails import write_mail


@problem_reported.connect
def tell_reported(sender: Any, *, session: Session, problem: Problem, now: datetime) -> None:
    """Tell the site's staff, but not the one who has just said it."""
    template = "report_private" if ProblemKind(problem.kind).is_private else "problem_reported"
    for member in members.fabmanagers_of(session, problem.site_id):
        if member.id != problem.reporter_id:
            key = f"problem:{problem.id}:{member.id}"
            write_mail(session, member, template, key, now, problem=problem, link=link(f"/problems/{problem.id}"))


@problem_changed.connect
def tell_changed(sender: Any, *, session: Session, problem: Problem, entry: ProblemEntry, now: datetime) -> None:
    """Tell those who follow it, and whom it was given to, but not the one who did it."""
    is_private = ProblemKind(problem.kind).is_private
    told = {} if is_private else {row.id: row for row in queries.followers_of(session, problem.id)}
    if entry.assigned_to_id is not None:
        told[entry.assigned_to_id] = members.member(session, entry.assigned_to_id)
    told.pop(entry.by_id or 0, None)
    where = link(f"/problems/{problem.id}")
    for member in told.values():
        key = f"problem-entry:{entry.id}:{member.id}"
        if is_private:
            write_mail(session, member, "report_private", key, now, problem=problem, link=where)
        else:
            is_theirs = member.id == entry.assigned_to_id
            values = {"problem": problem, "entry": entry, "is_theirs": is_theirs, "link": where}
            write_mail(session, member, "problem_changed", key, now, **values)
