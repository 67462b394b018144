"""Everything that goes wrong becomes `application/problem+json`: what happened, why, and every reason at once."""

from typing import Any

from flask import Response, current_app, request
from flask_openapi3 import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from fablab.api.auth import NotSignedIn
from fablab.api.blueprint import api
from fablab.api.schemas import FieldError, InsteadOut, Problem, RefusalOut, TouchedOut
from fablab.booking.affected import Touched, Undecided
from fablab.core.db import AlreadyThere
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refusal, Refused


def problem(status: int, title: str, detail: str = "", **more: Any) -> Response:
    """An answer that says what went wrong."""
    body = Problem(title=title, status=status, detail=detail or title, **more)
    response = Response(body.model_dump_json(exclude_none=True), status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="FabLab"'
    return response


def undecided(error: Undecided) -> Response:
    """A change that was not made: the reservations that it touches, each waiting for a decision."""
    return refused(error, touched=[_touched(item) for item in error.touched], touched_count=error.count)


def _touched(item: Touched) -> TouchedOut:
    return TouchedOut(
        reservation_id=item.reservation_id,
        member=item.member,
        resource=item.resource,
        site_id=item.site_id,
        start=item.period.start,
        end=item.period.end,
        places=item.places,
        instead=[
            InsteadOut(id=other.id, name=other.name, site_id=other.site_id, site=other.site) for other in item.instead
        ],
        suggested=item.suggested,
    )


def refused(error: Refused, **more: Any) -> Response:
    """A refusal with all its reasons: 409 where somebody was quicker or something is stale, else 422."""
    status = 409 if isinstance(error, Conflict) else 422
    refusals = [refusal(item) for item in error.refusals]
    detail = " ".join(error.messages)
    return problem(status, _("Refused"), detail, refusals=refusals, **more)


def refusal(item: Refusal) -> RefusalOut:
    """One reason why not, as the API says it."""
    return RefusalOut(
        code=item.code,
        message=item.message,
        overridable=item.overridable,
        remedy=item.remedy,
        rule_id=item.rule_id,
    )


def invalid(error: ValidationError) -> Response:
    """What was sent does not fit the schema: 400 where it is no JSON at all, else 422 with each field's fault."""
    if _takes_json() and not isinstance(request.get_json(silent=True), dict):
        return _not_json()
    errors = [
        FieldError(
            field=".".join(str(part) for part in item["loc"]) or "body",
            message=item["msg"].removeprefix("Value error, "),
        )
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    detail = " ".join(f"{item.field}: {item.message}." for item in errors)
    return problem(422, _("The request does not fit"), detail, errors=errors)


def _takes_json() -> bool:
    """Tell whether the route needs a body of JSON; some take a picture or a table, and a deletion may do without."""
    view = current_app.view_functions[request.endpoint or ""]
    return request.method in ("POST", "PATCH", "PUT") and "body" in view.__annotations__


def answer_errors(app: OpenAPI) -> None:
    """Let what does not fit a schema become a problem document too."""
    app.validation_error_callback = invalid
    app.validation_error_model = Problem

    @app.before_request
    def unknown_address() -> Response | None:
        """Below /api an address or a method that is not there is a problem document as well."""
        wrong = request.routing_exception
        if isinstance(wrong, HTTPException) and request.path.startswith("/api") and (wrong.code or 0) >= 400:
            return from_http(wrong)
        return None


def from_http(error: HTTPException) -> Response:
    """An error of HTTP itself: an unknown path, a method that is not there, a body too large."""
    if isinstance(error.response, Response):
        return error.response
    return problem(error.code or 500, error.name, error.description or "")


def _not_signed_in(error: NotSignedIn) -> Response:
    text = _("Send a valid token: Authorization: Bearer …. Make one on your account page.")
    return problem(401, _("Sign in"), text)


def _not_found(error: NotFound) -> Response:
    return problem(404, _("Not found"), _("There is no such thing, or it is not yours to see."))


def _forbidden(error: Forbidden) -> Response:
    return problem(403, _("Not allowed"), _("Your roles do not allow this."))


def _not_json() -> Response:
    return problem(400, _("This is not JSON"), _("The body must be a JSON object, sent as application/json."))


def _same_moment(error: AlreadyThere) -> Response:
    """Two callers passed every check at once; the database took one of them."""
    text = _("Somebody else saved the same at the same moment. Nothing of yours was saved: look, then try again.")
    return refused(Conflict.because("same_moment", text))


def _too_deep(error: RecursionError) -> Response:
    """JSON nested so deeply that the parser gives up."""
    return _not_json()


api.register_error_handler(Refused, refused)
api.register_error_handler(Undecided, undecided)
api.register_error_handler(NotSignedIn, _not_signed_in)
api.register_error_handler(NotFound, _not_found)
api.register_error_handler(Forbidden, _forbidden)
api.register_error_handler(RecursionError, _too_deep)
api.register_error_handler(AlreadyThere, _same_moment)
api.register_error_handler(HTTPException, from_http)
