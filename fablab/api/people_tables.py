"""Routes that take people, memberships, organisations and certificates out as tables, and bring them in."""

from typing import Any

from flask import Response
from pydantic import BaseModel

from fablab.api.answers import CSV, answer, table_file
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.bodies import TableOrWorkbook, sent_bytes
from fablab.api.errors import problem
from fablab.api.members import TAGS, wanted
from fablab.api.schemas import FieldError, Problem
from fablab.api.schemas.members import MembersQuery
from fablab.api.schemas.transfer import PeopleTableOut, PeopleTableQuery, TroubleOut
from fablab.core import clock, tables
from fablab.core.db import attempt, transaction
from fablab.core.i18n import _
from fablab.members.models import Role
from fablab.members.transfer.outcome import Options, Outcome
from fablab.training import tables as people
from fablab.training.tables import TableKind

Answers = dict[str | int, type[BaseModel] | dict[Any, Any] | None]
OUT: Answers = {200: CSV, 403: Problem}
IN: Answers = {200: PeopleTableOut, 403: Problem, 413: Problem}


@api.get("/members.csv", tags=TAGS, summary="People as a table", responses=OUT)
def members_out(query: MembersQuery) -> Response:
    """The people whom a fabmanager's sites look after, as a table that can be brought in again."""
    return _taken_out(TableKind.MEMBERS, query)


@api.get("/memberships.csv", tags=TAGS, summary="Memberships as a table", responses=OUT)
def memberships_out(query: MembersQuery) -> Response:
    """Their memberships."""
    return _taken_out(TableKind.MEMBERSHIPS, query)


@api.get("/organisations.csv", tags=TAGS, summary="Organisations as a table", responses=OUT)
def organisations_out(query: MembersQuery) -> Response:
    """Their places in organisations."""
    return _taken_out(TableKind.ORGANISATIONS, query)


@api.get("/certificates.csv", tags=TAGS, summary="Certificates as a table", responses=OUT)
def certificates_out(query: MembersQuery) -> Response:
    """Their certificates: those that hold, and those that ran out."""
    return _taken_out(TableKind.CERTIFICATES, query)


@api.post("/members.csv", tags=TAGS, summary="Bring people in", responses=IN)
def members_in(query: PeopleTableQuery, raw: TableOrWorkbook) -> Response:
    """Write every line, or with `dry_run` only say what it would do. Where some lines cannot be taken, the answer is
    422 with every reason and nothing is written, unless they are to be passed over. Fab-manager's export of members is
    told by its columns.
    """
    return _brought_in(TableKind.MEMBERS, query, raw)


@api.post("/memberships.csv", tags=TAGS, summary="Bring memberships in", responses=IN)
def memberships_in(query: PeopleTableQuery, raw: TableOrWorkbook) -> Response:
    """The same for memberships of before; nothing is charged."""
    return _brought_in(TableKind.MEMBERSHIPS, query, raw)


@api.post("/organisations.csv", tags=TAGS, summary="Bring organisations in", responses=IN)
def organisations_in(query: PeopleTableQuery, raw: TableOrWorkbook) -> Response:
    """The same for organisations and their people, each organisation as a whole."""
    return _brought_in(TableKind.ORGANISATIONS, query, raw)


@api.post("/certificates.csv", tags=TAGS, summary="Bring certificates in", responses=IN)
def certificates_in(query: PeopleTableQuery, raw: TableOrWorkbook) -> Response:
    """The same for certificates, with the days of then."""
    return _brought_in(TableKind.CERTIFICATES, query, raw)


def _taken_out(kind: TableKind, query: MembersQuery) -> Response:
    with transaction() as session:
        text = people.table(session, actor(), kind, wanted(query), clock.now())
    return table_file(text, f"{kind.value}.csv")


def _brought_in(kind: TableKind, query: PeopleTableQuery, raw: TableOrWorkbook) -> Response:
    actor().needs_anywhere(Role.FABMANAGER)
    text = people.text_of(sent_bytes(raw, tables.LARGEST))
    options, now = Options(add_anyway=query.add_anyway, site_id=query.site_id), clock.now()
    outcome, kept = attempt(
        lambda session: people.bring_in(session, actor(), kind, text, options, now),
        lambda outcome: not query.dry_run and (query.skip_bad_lines or not outcome.troubles),
    )
    if not kept and not query.dry_run:
        message = _("Nothing was written: some lines cannot be taken. Mend the table, or skip them.")
        errors = [
            FieldError(field=f"line {item.line}" + (f", {item.column}" if item.column else ""), message=item.message)
            for item in outcome.troubles
        ]
        return problem(422, _("Refused"), message, errors=errors)
    return answer(_shown(outcome, written=kept))


def _shown(outcome: Outcome, *, written: bool) -> PeopleTableOut:
    return PeopleTableOut(
        written=written,
        added=outcome.added,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        bad_lines=outcome.bad_lines,
        troubles=[TroubleOut(line=one.line, message=one.message, column=one.column) for one in outcome.troubles],
        remarks=outcome.remarks,
        strange_classes=outcome.strange_classes,
    )
