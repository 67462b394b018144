"""The blueprint that every route of the API is put on."""

from flask_openapi3 import APIBlueprint

from fablab.api.schemas import Problem

api = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    abp_security=[{"bearer": []}],
    abp_responses={401: Problem, 404: Problem, 422: Problem},
)
