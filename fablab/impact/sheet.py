"""A report as a table for spreadsheets."""

from fablab.core.i18n import _
from fablab.core.tables import written
from fablab.impact.codes import Unit
from fablab.impact.figures import Shown
from fablab.impact.report import Question, Report
from fablab.impact.tables import Table


def sheet(question: Question, report: Report) -> str:
    """Every figure on a line of its own; what is hidden says so; hours are decimal."""
    columns = (_("First day"), _("Last day"), _("Sites"), _("Funder"), _("Table"), _("Line"), _("Figure"), _("Unit"))
    always = (
        question.first_on.isoformat(),
        question.last_on.isoformat(),
        ", ".join(row.name for row in report.sites),
        report.funder.name if report.funder else "",
    )
    lines = [(_("People"), _("Different people who came"), _figure(report.people, Unit.PEOPLE), _unit(Unit.PEOPLE))]
    for table in report.tables:
        lines += _lines(table)
    return written(columns, (dict(zip(columns, (*always, *line), strict=True)) for line in lines))


def _lines(table: Table) -> list[tuple[str, str, str, str]]:
    unit = _unit(table.unit)
    found = [(table.title, row.label, _figure(row.value, table.unit), unit) for row in table.rows]
    if table.has_total:
        found.append((table.title, _("Together"), _figure(table.total, table.unit), unit))
    if table.added is not None:
        found.append((table.title, _("Sum of the answers"), str(table.added), ""))
    return found


def _figure(value: Shown, unit: Unit) -> str:
    if value is None:
        return _("hidden")
    return f"{value / 3600:.2f}" if unit == Unit.SECONDS else str(value)


def _unit(unit: Unit) -> str:
    return {
        Unit.PEOPLE: _("people"),
        Unit.VISITS: _("visits"),
        Unit.SECONDS: _("hours"),
        Unit.TIMES: _("times"),
    }[unit]
