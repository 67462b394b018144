"""The blueprint that every route of the API is put on."""

from typing import Any

from flask_openapi3 import APIBlueprint
from pydantic import BaseModel

from fablab.api.schemas import Problem

WRITES: dict[str | int, type[BaseModel] | dict[Any, Any] | None] = {400: Problem, 403: Problem, 409: Problem}
"""How a write may be answered besides."""

api = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    abp_security=[{"bearer": []}],
    abp_responses={401: Problem, 404: Problem, 422: Problem},
)
