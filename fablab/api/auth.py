"""Who is calling: a bearer token for every route but the documentation's."""

from flask import g, request

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import LOCALES, set_locale
from fablab.members import queries as members
from fablab.members import services
from fablab.members.actor import Actor

OPEN = {"api.openapi_document", "api.documentation"}
_HOUR = 3600


class NotSignedIn(Exception):
    """There is no token, or it opens nothing."""


def ask() -> None:
    """Find the person behind the token, and answer in their language."""
    wanted = request.accept_languages.best_match(LOCALES)
    set_locale(wanted or LOCALES[1])
    if request.endpoint in OPEN:
        return
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    named = scheme.lower() == "bearer" and secret.strip()
    token = members.token(db.session(), secret.strip()) if named else None
    if token is None:
        raise NotSignedIn
    if wanted is None:
        set_locale(token.locale)
    g.actor = members.actor(db.session(), token.member_id)
    now = clock.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > _HOUR:
        with transaction() as session:
            services.note_token_use(session, token.id, now)


def actor() -> Actor:
    """The person who calls."""
    found: Actor = g.actor
    return found
