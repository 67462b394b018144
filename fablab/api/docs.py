"""The API's own description, and a page to read and try it that needs no other host."""

from copy import deepcopy
from typing import Any

from flask import Response, current_app, jsonify, render_template

from fablab.api.blueprint import api
from fablab.core.errors import NotFound


@api.get("/openapi.json", doc_ui=False)
def openapi_document() -> Response:
    """The OpenAPI document, made from the schemas that validate."""
    document = deepcopy(current_app.api_doc)  # type: ignore[attr-defined]
    for methods in document["paths"].values():
        for operation in methods.values():
            _name_problems(operation["responses"])
    return jsonify(document)


@api.get("/docs", doc_ui=False)
def documentation() -> str:
    """A page to read the API and try it."""
    return render_template("api/docs.html")


def _name_problems(responses: dict[str, Any]) -> None:
    """Say what problems are sent as; the library takes every schema for plain JSON."""
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= "400" and "application/json" in content:
            content["application/problem+json"] = content.pop("application/json")


def _nowhere(rest: str) -> Response:
    """Any other path or method of the API: a problem document, not a page."""
    raise NotFound(rest)


api.add_url_rule("/<path:rest>", "nowhere", _nowhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
