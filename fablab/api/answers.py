"""How the API answers when all is well."""

from flask import Response
from pydantic import BaseModel


def answer(body: BaseModel, status: int = 200) -> Response:
    """A schema as JSON; nobody between us and the caller may keep it."""
    response = Response(body.model_dump_json(by_alias=True), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
