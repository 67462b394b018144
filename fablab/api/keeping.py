"""Routes of retention periods and purges, and of the statements about privacy and accessibility."""

from typing import Any

from flask import Response
from pydantic import BaseModel

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.privacy import TAGS
from fablab.api.schemas import Problem
from fablab.api.schemas.keeping import (
    PurgeIn,
    PurgeOut,
    RetentionIn,
    RetentionList,
    RetentionOut,
    RetentionPath,
    StatementIn,
    StatementOut,
    StatementPath,
)
from fablab.core import clock, retention
from fablab.core.db import db, transaction
from fablab.core.retention import Kept
from fablab.members.models import Role
from fablab.sites import statements
from fablab.sites.models import Statement, StatementKind

Answers = dict[str | int, type[BaseModel] | dict[Any, Any] | None]
CHANGED: Answers = {200: RetentionList, **WRITES}
SAID: Answers = {200: StatementOut, **WRITES}


@api.get("/retention-periods", tags=TAGS, summary="Retention", responses={200: RetentionList, 403: Problem})
def retention_list() -> Response:
    """Every kind of data, how long it is kept, and how much of it is older now; for administrators."""
    actor().needs_everywhere(Role.ADMIN)
    return answer(_periods())


@api.put("/retention-periods/<code>", tags=TAGS, summary="Keep longer or shorter", responses=CHANGED)
def set_retention(path: RetentionPath, body: RetentionIn) -> Response:
    """Say how long a kind is kept; for administrators."""
    with transaction() as session:
        retention.set_period(session, actor(), path.code, body.months, body.automatic, clock.now())
    return answer(_periods())


@api.post("/retention-periods/<code>/purge", tags=TAGS, summary="Purge", responses={200: PurgeOut, **WRITES})
def purge(path: RetentionPath, body: PurgeIn) -> Response:
    """Remove what is older than its period; 409 where that is more than was shown. It cannot be undone."""
    with transaction() as session:
        removed = retention.purge(session, actor(), path.code, body.shown, clock.now())
    return answer(PurgeOut(removed=removed))


@api.get("/statements/<kind>", tags=TAGS, summary="What the lab says", responses={200: StatementOut})
def statement(path: StatementPath) -> Response:
    """What the lab says in its own words; an empty text with version 0 while nobody has written one."""
    kind = StatementKind(path.kind)
    return answer(_said(kind, statements.statement(db.session(), kind)))


@api.put("/statements/<kind>", tags=TAGS, summary="Say it in other words", responses=SAID)
def say(path: StatementPath, body: StatementIn) -> Response:
    """Say something else; for administrators."""
    kind = StatementKind(path.kind)
    with transaction() as session:
        said = _said(kind, statements.say(session, actor(), kind, body.text, body.version, clock.now()))
    return answer(said)


def _periods() -> RetentionList:
    return RetentionList(items=[_kept(item) for item in retention.periods(db.session(), clock.now())])


def _kept(item: Kept) -> RetentionOut:
    return RetentionOut(
        code=item.kind.code,
        title=item.kind.words(),
        purpose=item.kind.purpose(),
        months=item.months,
        shortest=item.kind.minimum,
        automatic=item.automatic,
        purged_at=item.purged_at,
        old=item.old,
    )


def _said(kind: StatementKind, row: Statement | None) -> StatementOut:
    if row is None:
        return StatementOut(kind=kind.value, text="", version=0, changed_at=None)
    return StatementOut(kind=kind.value, text=row.text, version=row.version, changed_at=row.changed_at)
