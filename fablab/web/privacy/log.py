"""For fabmanagers and administrators: the log of who did what to whom, searched, paged, and as a table."""

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request
from flask.wrappers import Response
from werkzeug.exceptions import BadRequest

from fablab.core import clock, tables
from fablab.core.db import db
from fablab.core.i18n import _
from fablab.core.period import day_of
from fablab.members import log
from fablab.members.log import Wanted
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.ground.downloads import table_file
from fablab.web.ground.months import lab_zone
from fablab.web.privacy.deeds import deed

screen = Blueprint("log", __name__)
MOST_LINES = 20_000


@screen.get("/log")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """Entries, the latest first."""
    session, wanted = db.session(), _wanted()
    return render_template(
        "privacy/log.html",
        found=log.entries(session, access.actor(), wanted, offset=inputs.offset(digits=8)),
        wanted=wanted,
        deed=deed,
        actions=sorted((deed(code), code) for code in log.actions(session)),
        places={row.id: row.name for row in sites.sites(session)},
        zone=lab_zone(),
        days=(request.args.get("since", ""), request.args.get("until", "")),
    )


@screen.get("/log.csv")
@access.needs(Role.FABMANAGER)
def table() -> Response:
    """The same, as a table: times in UTC, people by number and name."""
    session = db.session()
    found = log.entries(session, access.actor(), _wanted(), limit=MOST_LINES)
    rows = [["at", "actor_id", "actor", "action", "member_id", "member", "site_id", "subject", "details"]]
    for row in found.items:
        names = [found.names.get(key or 0, "") for key in (row.actor_id, row.member_id)]
        details = " ".join(f"{name}={value}" for name, value in sorted(row.details.items()))
        cells = [row.at.isoformat(), row.actor_id or "", names[0], row.action, row.member_id or "", names[1]]
        cells += [row.site_id or "", row.subject, details]
        rows.append([str(cell) for cell in cells])
    return table_file(tables.joined(rows), "log.csv")


def _wanted() -> Wanted:
    args, zone = request.args, lab_zone()

    def bound(name: str, *, after: bool) -> datetime | None:
        if not args.get(name):
            return None
        found: date = inputs.day(args.get(name), clock.now().date())
        return day_of(found + timedelta(days=1) if after else found, zone).start

    action = args.get("action", "")
    if len(action) > 60:
        raise BadRequest(_("There is no such action."))
    return Wanted(
        member_id=inputs.row_id(args.get("member")),
        person=args.get("person", "")[:100],
        doer=args.get("doer", "")[:100],
        action=action,
        since=bound("since", after=False),
        until=bound("until", after=True),
    )
