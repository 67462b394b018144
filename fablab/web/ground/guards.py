"""What every request to a screen must pass: text that a database can hold, and a form that came from us."""

from flask import Flask, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest

from fablab.core.i18n import _
from fablab.web.ground import uploads

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Look at each request before any screen does; the API has its own ways."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)

    @app.before_request
    def look() -> None:
        if request.blueprint == "api" or request.endpoint == "static":
            return
        uploads.make_room(app)
        _refuse_null_characters()
        if app.config["WTF_CSRF_ENABLED"]:
            csrf.protect()


def _refuse_null_characters() -> None:
    """PostgreSQL stores no NUL in a text, and nobody types one."""
    texts = [request.path, *request.args.keys(), *request.form.keys()]
    for values in (request.args, request.form):
        texts.extend(text for key in values for text in values.getlist(key))
    if any("\x00" in text for text in texts):
        raise BadRequest(_("What was sent holds a character that no text has."))
