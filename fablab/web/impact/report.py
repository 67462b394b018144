"""For staff and treasurers: the figures of a period, to read, to print and to download."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.impact import funders
from fablab.impact.models import Funder
from fablab.impact.report import Question, report, sites_to_report
from fablab.impact.sheet import sheet
from fablab.web.ground import access, inputs
from fablab.web.ground.downloads import table_file
from fablab.web.ground.months import lab_zone

screen = Blueprint("impact", __name__)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A period that is often asked for."""

    label: str
    first_on: date
    last_on: date


@screen.get("/impact")
def page() -> str | tuple[str, int]:
    """What is asked, and the figures."""
    own = sites_to_report(db.session(), access.actor())
    if not own:
        raise Forbidden("report")
    today = clock.now().astimezone(lab_zone()).date()
    question = _question(today)
    shown = {
        "question": question,
        "own": own,
        "funders": _funders(question),
        "shortcuts": shortcuts(today),
        "site_ids": sorted(question.site_ids),
    }
    try:
        found = report(db.session(), access.actor(), question)
    except Refused as refused:
        return render_template("impact/page.html", report=None, refusals=refused.messages, csv="", **shown), 422
    csv = url_for("impact.table") + "?" + request.query_string.decode("utf-8", "replace")
    return render_template("impact/page.html", report=found, refusals=[], csv=csv, **shown)


@screen.get("/impact.csv")
def table() -> Response:
    """The figures for a spreadsheet."""
    question = _question(clock.now().astimezone(lab_zone()).date())
    text = sheet(question, report(db.session(), access.actor(), question))
    return table_file(text, f"fablab-{question.first_on}-{question.last_on}.csv")


def shortcuts(today: date) -> list[Shortcut]:
    """The month, the quarter and the year of a day, and those before."""
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    year = date(today.year, 1, 1)
    before = [_months(month, -1), _months(quarter, -3), _months(year, -12)]
    day = timedelta(days=1)
    return [
        Shortcut(_("Last month"), before[0], month - day),
        Shortcut(_("This month"), month, _months(month, 1) - day),
        Shortcut(_("Last quarter"), before[1], quarter - day),
        Shortcut(_("This quarter"), quarter, _months(quarter, 3) - day),
        Shortcut(_("Last year"), before[2], year - day),
        Shortcut(_("This year"), year, _months(year, 12) - day),
    ]


def _months(first: date, count: int) -> date:
    """The first day of the month so many months later."""
    number = first.year * 12 + first.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _question(today: date) -> Question:
    """What the address asks for; without days, the year up to its end."""
    args = request.args
    year = date(today.year, 1, 1)
    return Question(
        first_on=inputs.day(args.get("from"), year),
        last_on=inputs.day(args.get("to"), _months(year, 12) - timedelta(days=1)),
        site_ids=frozenset(key for text in args.getlist("site") if (key := inputs.row_id(text)) is not None),
        funder_id=inputs.row_id(args.get("funder")),
    )


def _funders(question: Question) -> list[Funder]:
    """Those to choose from: who funds the lab now, and the one that is asked for."""
    rows = funders.funders(db.session(), closed=True)
    return [row for row in rows if row.closed_at is None or row.id == question.funder_id]
