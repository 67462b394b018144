"""The reader's language and light or dark, remembered in cookies."""

from flask import Blueprint, redirect, request
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from fablab.core.db import transaction
from fablab.core.i18n import LOCALES, _
from fablab.members import services as people
from fablab.web.ground import access
from fablab.web.ground.filters import THEMES
from fablab.web.ground.locale import COOKIE
from fablab.web.ground.settings import settings

screen = Blueprint("prefs", __name__)
_YEAR = 365 * 24 * 3600


@screen.post("/language")
@access.public
def language() -> Response:
    """Speak another language; a member's mails follow."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise BadRequest(_("This language is not spoken here."))
    if current_user.is_authenticated:
        member_id = current_user.real_id
        with transaction() as session:
            people.set_locale(session, member_id, chosen)
    return _remembered(COOKIE, chosen)


@screen.post("/theme")
@access.public
def theme() -> Response:
    """Light or dark, whatever the system says."""
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        raise BadRequest(_("There are a light and a dark theme."))
    return _remembered("theme", chosen)


def _remembered(name: str, value: str) -> Response:
    response = redirect(access.own_path(request.form.get("next")) or "/")
    secure = settings().secure_cookies
    response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", httponly=True, secure=secure)
    return response
