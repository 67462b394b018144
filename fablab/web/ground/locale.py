"""Which language a request is answered in: the member's own, else the browser's cookie, else what it asks for."""

from flask import Flask, request
from flask_login import current_user

from fablab.core.i18n import LOCALES, set_locale

COOKIE = "lang"


def register(app: Flask) -> None:
    """Set the language before each screen."""

    @app.before_request
    def speak() -> None:
        if request.blueprint != "api" and request.endpoint != "static":
            set_locale(wanted())


def wanted() -> str:
    """The language in which this request is to be answered."""
    chosen = request.cookies.get(COOKIE)
    if request.path.startswith("/api/"):
        chosen = None
    elif current_user.is_authenticated:
        chosen = current_user.locale
    return chosen if chosen in LOCALES else request.accept_languages.best_match(LOCALES) or LOCALES[0]
