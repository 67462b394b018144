"""When something goes wrong: what happened, why, and the way out."""

from datetime import timedelta

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from fablab.core.db import AlreadyThere
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _, locale
from fablab.core.refusals import Conflict, Refused
from fablab.web.ground.inputs import from_htmx

Answer = tuple[str, int] | HTTPException | Response


def register(app: Flask) -> None:
    """Answer errors with pages; below /api/ the API answers itself."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(NotFound, lambda error: page(404))
    app.register_error_handler(Forbidden, lambda error: page(403))
    app.register_error_handler(Refused, refused)
    app.register_error_handler(AlreadyThere, lambda error: page(409, [_same_moment()]))
    app.register_error_handler(CSRFError, lambda error: page(400, _old_form()))


def http_error(error: HTTPException) -> Answer:
    """An error of HTTP itself, or a crash."""
    if request.path.startswith("/api/"):
        return error
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):
        # Whatever broke may be what a whole page asks for, such as the database: this one asks for nothing.
        template = current_app.jinja_env.get_template("errors/crash.html")
        return template.render(title=titles()[500], locale=locale()), 500
    ours = error.description if error.code == 400 and error.description != type(error).description else None
    return page(error.code, [ours] if ours else None)


def dead_link(life: timedelta, again: str) -> tuple[str, int]:
    """A mailed link that opens no more: for how long such links do, and where one asks for another."""
    return render_template("auth/dead_link.html", hours=life // timedelta(hours=1), again=again), 404


def refused(error: Refused) -> Answer:
    """A refusal that no form shows: every reason, and back."""
    return page(status_of(error), error.messages)


def status_of(refused: Refused) -> int:
    """How a refused form is answered: that somebody was quicker, or that it cannot be done."""
    return 409 if isinstance(refused, Conflict) else 422


def page(code: int, reasons: list[str] | None = None) -> tuple[str, int]:
    """The page of an error, or its part that fits into a dialog."""
    names = titles()
    template = "errors/part.html" if from_htmx() else "errors/page.html"
    title = names.get(code, names[400])
    return render_template(template, code=code, title=title, reasons=reasons or [_why(code)]), code


def titles() -> dict[int, str]:
    """What happened, in a few words."""
    return {
        400: _("This request cannot be understood"),
        403: _("This is not yours to do"),
        404: _("There is no such page"),
        405: _("This address does not work that way"),
        409: _("Somebody was quicker"),
        413: _("This is too large"),
        422: _("This cannot be done"),
        500: _("Something broke on our side"),
    }


def _why(code: int) -> str:
    return {
        403: _("Your roles do not allow it. If they should, ask an administrator of the lab."),
        404: _("The address is wrong, what it showed is gone, or it belongs to somebody else."),
        405: _("A form’s address was probably opened as a page. Go back and use the page’s buttons."),
        413: _too_large(),
    }.get(code, _("Something in the address or in the form is not as it should be. Go back and try again."))


def _too_large() -> str:
    """How much this address takes; the browser still holds what was typed."""
    count = (request.max_content_length or 0) >> 20
    return _("What was sent exceeds %(count)s MB. Go back: what you wrote is still there. Send less.", count=count)


def _same_moment() -> str:
    """Two people passed every check at once; the database took one of them."""
    return _("Somebody else saved the same at the same moment. Nothing of yours was saved: look, then try again.")


def _old_form() -> list[str]:
    return [
        _("The form is too old, or your sign-in has changed since it was opened. Nothing was saved."),
        _("Go back, reload the page, then send it again."),
    ]
