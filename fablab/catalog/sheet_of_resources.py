"""The table of resources that labs keep in their spreadsheets: its columns, without the database."""

from fablab.core import tables
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.tables import Line

COLUMNS = (
    "code",
    "name",
    "category",
    "site",
    "room",
    "model",
    "description",
    "places",
    "slot_minutes",
    "needs_staff",
)
FIELD = "field: "
"""What a column of a category's field is called, before the field's name."""
MOST_LINES = 2000


def read(text: str) -> list[Line]:
    """The lines of a table whose first line names its columns; empty lines are passed over.

    Raises:
        Refused: it is empty or too long, its quotes never end, or a column is missing, unknown or there twice.
    """
    rows = tables.rows_of(text, MOST_LINES)
    columns = _columns(rows[0][1])
    return [tables.line_from(columns, number, cells) for number, cells in rows[1:]]


def _columns(cells: list[str]) -> list[str]:
    columns = [_column(cell) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    unknown = [cell for cell in columns if cell not in COLUMNS and not cell.startswith(FIELD)]
    if unknown:
        names = ", ".join(f"“{cell[:40]}”" for cell in unknown[:5])
        text = _(
            "These columns are not known: %(names)s. Known ones are: %(known)s, and “field: …”.",
            names=names,
            known=", ".join(COLUMNS),
        )
        raise Refused.because("column_unknown", text)
    if len(set(columns)) < len(columns):
        raise Refused.because("column_twice", _("A column is there twice. Leave one of them out."))
    if "name" not in columns:
        raise Refused.because("column_missing", _("The column “name” is missing from the first line."))
    return columns


def _column(cell: str) -> str:
    """A column's name, whatever its case and spaces; a field's name keeps its case."""
    name = " ".join(cell.split())
    if name.lower().startswith(FIELD.strip()):
        return FIELD + name[len(FIELD.strip()) :].strip()
    return name.lower().replace(" ", "_")
