"""How long it is known who reported what: problems with machines stay, their reporters do not.

Reports of injuries and near misses are left out: those who were hurt may need them for years.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from fablab.catalog.models import Problem, ProblemFollower, ProblemKind
from fablab.core.db import rows_changed
from fablab.core.i18n import _
from fablab.core.retention import Kind, count_rows, register


def _reported(before: datetime) -> ColumnElement[bool]:
    named = or_(Problem.reporter_id.is_not(None), Problem.reporter_name != "")
    return (Problem.kind == ProblemKind.PROBLEM) & (Problem.fixed_at < before) & named


def _forget(session: Session, before: datetime, now: datetime) -> int:
    ids = select(Problem.id).where(_reported(before))
    session.execute(delete(ProblemFollower).where(ProblemFollower.problem_id.in_(ids)))
    values = {"reporter_id": None, "reporter_name": ""}
    return rows_changed(session.execute(update(Problem).where(_reported(before)).values(values)))


register(
    Kind(
        code="reporters",
        words=lambda: _("Who reported a problem that is fixed"),
        purpose=lambda: _("To ask those who reported it, and to tell them that it is fixed."),
        months=24,
        count=lambda session, before: count_rows(session, Problem, _reported(before)),
        purge=_forget,
    )
)
