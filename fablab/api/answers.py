"""How the API answers when all is well."""

from collections.abc import Iterable, Sequence
from functools import cache
from json import dumps
from typing import Any

from flask import Response
from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypedDict

CSV = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}
"""What `table_file` answers, for the documentation."""


def answer(body: BaseModel, status: int = 200) -> Response:
    """A schema as JSON; nobody between us and the caller may keep it."""
    return _kept_by_nobody(Response(body.model_dump_json(by_alias=True), status, mimetype="application/json"))


def answer_rows(schema: type[BaseModel], rows: Iterable[Sequence[Any]], following: int | None) -> Response:
    """A page of a list whose rows have the columns of a schema, in its order: written by the schema, but not checked
    once more, which would take as long as all the rest where there are a thousand.
    """
    names = tuple(schema.model_fields)
    items = _written_by(schema).dump_json([dict(zip(names, row, strict=True)) for row in rows])
    body = b'{"items":%b,"next":%b}' % (items, dumps(following).encode())
    return _kept_by_nobody(Response(body, mimetype="application/json"))


def table_file(text: str, name: str) -> Response:
    """A table as a CSV file of that name; nobody between us and the caller may keep it."""
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _kept_by_nobody(response)


def _kept_by_nobody(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _written_by(schema: type[BaseModel]) -> TypeAdapter[Any]:
    fields = {name: field.rebuild_annotation() for name, field in schema.model_fields.items()}
    row: Any = TypedDict(schema.__name__, fields)  # type: ignore[misc]
    return TypeAdapter(list[row])
