"""The first sheet of an Excel workbook as a table of text. What is sent is not to be believed: a small file can unfold
into a huge one.
"""

from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook

from fablab.core import tables
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.tables import LARGEST

UNFOLDED = 30_000_000
"""Bytes of all the parts of a workbook."""
MOST_PARTS = 500
WIDEST = 100
"""Columns that are looked at."""


def is_workbook(content: bytes) -> bool:
    """Tell whether this begins as a workbook does, which is a ZIP archive."""
    return content.startswith(b"PK\x03\x04")


def as_text(content: bytes, most: int) -> str:
    """The first sheet, as a table of text with as many lines: what breaks a line inside of a cell is a sign that breaks
    no line of the table, so that lines keep their numbers.

    Raises:
        Refused: it is too large, unfolds into too much, has too many lines, or is no workbook.
    """
    if len(content) > LARGEST:
        raise tables.too_large()
    _check(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = list(sheet.iter_rows(max_row=most + 2, max_col=WIDEST, values_only=True))
        book.close()
    except Exception as error:  # Whatever a broken or forged workbook makes a reader stumble over.
        raise _unreadable() from error
    lines = [[_text(value) for value in row] for row in rows]
    while lines and not any(lines[-1]):
        lines.pop()
    if len(lines) > most + 1:
        raise Refused.because(
            "table_too_long", _("The table has more than %(count)s lines. Send it in parts.", count=most)
        )
    return tables.plain(tables.joined(lines))


def _check(content: bytes) -> None:
    """Refuse what unfolds into too much, and what declares entities, which no spreadsheet does."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNFOLDED:
                raise tables.too_large()
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")) and b"<!" in _without_comments(archive.read(part)):
                    raise _unreadable()
    except Refused:
        raise
    except Exception as error:  # A broken archive fails in many ways.
        raise _unreadable() from error


def _without_comments(content: bytes) -> bytes:
    return content.replace(b"<!--", b"").replace(b"<![CDATA[", b"")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "\u2028".join(str(value).replace("\x00", "").splitlines())


def _unreadable() -> Refused:
    text = _("This workbook cannot be read. Save it as CSV (UTF-8), then send that.")
    return Refused.because("workbook_unreadable", text)
