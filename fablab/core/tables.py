"""Tables of text that labs keep in their spreadsheets: read whatever way they were saved, and written again."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from fablab.core.i18n import _
from fablab.core.refusals import Refused

LARGEST = 2_000_000
"""Bytes of a table."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a table says: the line on which it begins, and its cells by column."""

    number: int
    cells: Mapping[str, str]
    is_too_wide: bool = False
    """It has more cells than there are columns."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a line cannot be taken, and in which column, if it is one."""

    line: int
    message: str
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a table brought, and what of it could not be taken."""

    added: int
    changed: int
    unchanged: int
    troubles: list[Trouble]

    @property
    def bad_lines(self) -> int:
        return len({trouble.line for trouble in self.troubles})

    @property
    def good_lines(self) -> int:
        return self.added + self.changed + self.unchanged


def decoded(content: bytes) -> str:
    """The text of a table as spreadsheets save it: UTF-8 with or without a mark, or Windows' own characters.

    Raises:
        Refused: it is too large, empty, or no text.
    """
    if len(content) > LARGEST:
        raise too_large()
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


def rows_of(text: str, most: int) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with the line on which it begins; the first are the columns' names.

    Raises:
        Refused: it is empty, too large, has more than `most` lines below the first, or its quotes never end.
    """
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise too_large()
    rows = _rows(text)
    if not rows:
        raise Refused.because("table_empty", _("The table is empty. Its first line names the columns."))
    if len(rows) - 1 > most:
        raise Refused.because(
            "table_too_long", _("The table has more than %(count)s lines. Send it in parts.", count=most)
        )
    return rows


def line_from(columns: Sequence[str], number: int, cells: Sequence[str]) -> Line:
    """A line whose cells are named by the columns; those that it lacks are empty."""
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return Line(number, dict(zip(columns, padded, strict=False)), any(cell.strip() for cell in cells[len(columns) :]))


def written(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A table's text; what a spreadsheet would take for a formula is written as text, with an apostrophe before it."""
    return joined([columns, *([row.get(column, "") for column in columns] for row in rows)])


def joined(rows: Iterable[Sequence[str]]) -> str:
    """The same from its rows, the columns' names first."""
    file = StringIO()
    csv.writer(file, lineterminator="\r\n").writerows([_escaped(cell) for cell in row] for row in rows)
    return file.getvalue()


def too_large() -> Refused:
    """The refusal of a table that is larger than we take."""
    text = _("The table is larger than %(count)s MB. Send it in parts.", count=LARGEST // 1_000_000)
    return Refused.because("table_too_large", text)


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


def _escaped(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell
