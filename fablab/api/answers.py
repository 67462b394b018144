"""How the API answers when all is well."""

from flask import Response
from pydantic import BaseModel

CSV = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}
"""What `table_file` answers, for the documentation."""


def answer(body: BaseModel, status: int = 200) -> Response:
    """A schema as JSON; nobody between us and the caller may keep it."""
    response = Response(body.model_dump_json(by_alias=True), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def table_file(text: str, name: str) -> Response:
    """A table as a CSV file of that name; nobody between us and the caller may keep it."""
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
