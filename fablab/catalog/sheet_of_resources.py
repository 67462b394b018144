"""The table of resources that labs keep in their spreadsheets: reading and writing its text, without the database."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from fablab.core.i18n import _
from fablab.core.refusals import Refused

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
LARGEST = 2_000_000
"""Bytes of a table."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Line:
    """A resource in the table: the line on which it begins, and its cells by column."""

    number: int
    cells: Mapping[str, str]
    is_too_wide: bool = False
    """It has more cells than there are columns."""


def decoded(content: bytes) -> str:
    """The text of a table as spreadsheets save it: UTF-8 with or without a mark, or Windows' own characters.

    Raises:
        Refused: it is too large, empty, or no text.
    """
    if len(content) > LARGEST:
        text = _("The table is larger than %(count)s MB. Send it in parts.", count=LARGEST // 1_000_000)
        raise Refused.because("table_too_large", text)
    if b"\x00" in content:
        text = _("This is no table of text. Save it as CSV (UTF-8), then send that.")
        raise Refused.because("table_unreadable", text)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return plain(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return plain(content.decode("latin-1"))


def plain(text: str) -> str:
    """The text with line feeds alone, so that it stays the same on its way through a browser."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read(text: str) -> list[Line]:
    """The lines of a table whose first line names its columns; empty lines are passed over.

    Raises:
        Refused: it is empty or too long, its quotes never end, or a column is missing, unknown or there twice.
    """
    if len(text.encode("utf-8", "replace")) > LARGEST:
        text = _("The table is larger than %(count)s MB. Send it in parts.", count=LARGEST // 1_000_000)
        raise Refused.because("table_too_large", text)
    rows = _rows(text)
    if not rows:
        raise Refused.because("table_empty", _("The table is empty. Its first line names the columns."))
    if len(rows) - 1 > MOST_LINES:
        text = _("The table has more than %(count)s lines. Send it in parts.", count=MOST_LINES)
        raise Refused.because("table_too_long", text)
    columns = _columns(rows[0][1])
    return [_line(columns, number, cells) for number, cells in rows[1:]]


def written(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A table's text; what a spreadsheet would take for a formula is written as text, with an apostrophe before it."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_escaped(column) for column in columns])
    writer.writerows([_escaped(row.get(column, "")) for column in columns] for row in rows)
    return file.getvalue()


def _line(columns: list[str], number: int, cells: list[str]) -> Line:
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return Line(number, dict(zip(columns, padded, strict=False)), any(cell.strip() for cell in cells[len(columns) :]))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text), delimiter=delimiter, strict=False)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, [_unescaped(cell) for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        text = _("Line %(line)s cannot be read; perhaps a quotation mark is missing.", line=begins)
        raise Refused.because("table_unreadable", text) from error
    return found


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


def _escaped(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell
