"""Routes that take the catalogue out as a table, and bring one in."""

from flask import Response

from fablab.api.answers import CSV, answer, table_file
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.bodies import Table, sent_bytes
from fablab.api.errors import problem
from fablab.api.resources import TAGS
from fablab.api.schemas import FieldError, Problem
from fablab.api.schemas.transfer import TableOut, TableQuery, TroubleOut
from fablab.booking import transfer
from fablab.catalog import transfer as catalogue
from fablab.core import clock, tables
from fablab.core.db import attempt, db
from fablab.core.i18n import _
from fablab.core.tables import Report
from fablab.members.models import Role


@api.get("/resources.csv", tags=TAGS, summary="The catalogue as a table", responses={200: CSV, 403: Problem})
def export() -> Response:
    """What can be booked at the sites of a fabmanager, as a table that can be brought in again."""
    actor().needs_anywhere(Role.FABMANAGER)
    return table_file(catalogue.table(db.session(), actor()), "resources.csv")


@api.post(
    "/resources.csv",
    tags=TAGS,
    summary="Bring a table in",
    responses={200: TableOut, 403: Problem, 413: Problem},
)
def bring_in(query: TableQuery, raw: Table) -> Response:
    """Write every line of a table, or with `dry_run` only say what it would do. Where some lines cannot be taken, the
    answer is 422 with every reason and nothing is written, unless they are to be passed over.
    """
    text = tables.decoded(sent_bytes(raw, tables.LARGEST))
    now = clock.now()
    report, kept = attempt(
        lambda session: transfer.bring_in(session, actor(), text, now),
        lambda report: not query.dry_run and (query.skip_bad_lines or not report.troubles),
    )
    if not kept and not query.dry_run:
        return _refused(report)
    return answer(_shown(report, written=kept))


def _refused(report: Report) -> Response:
    text = _("Nothing was written: some lines cannot be taken. Mend the table, or skip them.")
    errors = [FieldError(field=f"line {item.line}", message=item.message) for item in report.troubles]
    return problem(422, _("Refused"), text, errors=errors)


def _shown(report: Report, *, written: bool) -> TableOut:
    return TableOut(
        written=written,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        bad_lines=report.bad_lines,
        troubles=[TroubleOut(line=item.line, message=item.message) for item in report.troubles],
    )
