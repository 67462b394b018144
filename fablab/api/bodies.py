"""Bodies that are no JSON: pictures, papers and tables, sent as they are."""

from flask_openapi3 import RawModel

from fablab.core.files import LARGEST

PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"]
DOCUMENTS = ["application/pdf", *PICTURES]
TABLES = ["text/csv"]
WORKBOOKS = [*TABLES, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]


class Picture(RawModel):
    """A picture; what it is, its content says."""

    mimetypes = PICTURES


class Document(RawModel):
    """A PDF, or a picture; what it is, its content says."""

    mimetypes = DOCUMENTS


class Table(RawModel):
    """A table of text, as spreadsheets save it."""

    mimetypes = TABLES


class TableOrWorkbook(RawModel):
    """A table of text, or an Excel workbook whose first sheet is one."""

    mimetypes = WORKBOOKS


def sent_bytes(raw: RawModel, most: int = LARGEST) -> bytes:
    """What was sent. Only who asks for it here may be sent more than other routes take; still more is answered 413."""
    raw.max_content_length = most
    return raw.get_data(cache=False)
