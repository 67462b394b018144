"""The API's values: instants and ids, as they are read and written."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
BIGGEST_ID = 2**31 - 1


def parse_instant(value: Any) -> datetime:
    """An RFC 3339 instant; ValueError without an offset, since nobody knows which clock is meant.

    A plus sign that arrives as a space, as it does in an address where it was not escaped, is understood.
    """
    if isinstance(value, datetime):
        return value
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", value.strip()) if isinstance(value, str) else ""
    if not _RFC3339.fullmatch(text):
        raise ValueError("must be an RFC 3339 instant with an offset, such as 2026-09-15T14:30:00+02:00")
    found = datetime.fromisoformat(text.upper())
    if not 1990 <= found.year <= 2200:
        raise ValueError("must lie between the years 1990 and 2200")
    return found.astimezone(UTC)


def show_instant(moment: datetime) -> str:
    """An instant as the API writes it: UTC, to the second unless there is more."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


InstantIO = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    PlainSerializer(show_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "Such as 2026-09-15T14:30:00+02:00"}),
]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
IdInBody = Annotated[int, Field(ge=1, le=BIGGEST_ID, strict=True)]
"""In JSON a number is a number: `true` must not mean the first machine."""
