"""Who is looking at the screens: sign-in cookies, the person behind them, and the public list of routes."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.models import Member, Role
from fablab.members.queries import Access

manager = LoginManager()
_PUBLIC = "_fablab_public"
_MISREAD = re.compile(r"[\\\x00-\x20\x7f]")


class SignedIn:
    """A member with an open sign-in, as Flask-Login wants to see one; lives for one request."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, member: Member, actor: Actor) -> None:
        self.id = member.id
        self.name = member.name
        self.locale = member.locale
        self.session_version = member.session_version
        self.actor = actor

    def get_id(self) -> str:
        """What the cookie says: the person, and the version of their sign-ins, which ends with a new one."""
        return f"{self.id}.{self.session_version}"


@manager.user_loader  # type: ignore[untyped-decorator]
def load(cookie: str) -> SignedIn | None:
    """The person behind a cookie, unless their sign-ins have been ended since."""
    member_id, _, version = cookie.partition(".")
    if not (member_id.isascii() and member_id.isdigit() and version.isascii() and version.isdigit()):
        return None
    member = db.session.get(Member, int(member_id))
    if member is None or member.left_at is not None or member.session_version != int(version):
        return None
    return SignedIn(member, members.actor(db.session(), member.id))


def sign_in(member: Member) -> None:
    """Open a sign-in for this person."""
    login_user(SignedIn(member, members.actor(db.session(), member.id)), remember=False)


def sign_out() -> None:
    """Close the sign-in of this browser."""
    logout_user()


def actor() -> Actor:
    """The person who is signed in."""
    found: Actor = current_user.actor
    return found


def levels() -> Access | None:
    """The levels of access of the person who looks, asked once a request; None for a visitor."""
    if not current_user.is_authenticated:
        return None
    if "levels" not in g:
        g.levels = members.access_of(db.session(), current_user.id, clock.now())
    found: Access = g.levels
    return found


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Put a view on the public list: anybody may see it without signing in."""
    setattr(view, _PUBLIC, True)
    return view


def is_public(view: Callable[..., Any] | None) -> bool:
    """Tell whether a view is on the public list."""
    return bool(getattr(view, _PUBLIC, False))


def needs(role: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Show a screen only to those with this role somewhere; what they may do there the services ask again."""

    def around(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not actor().may_anywhere(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return around


def guard(app: Flask) -> None:
    """Ask for a sign-in before every screen that is not on the public list."""
    manager.init_app(app)

    @app.before_request
    def ask() -> Response | None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or request.blueprint == "api" or request.endpoint == "static" or is_public(view):
            return None
        if current_user.is_authenticated:
            return None
        return _to_sign_in()


def _to_sign_in() -> Response:
    """Send them to sign in and back to the page they were on; a part of a page takes the whole page along."""
    if request.headers.get("HX-Request") == "true":
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        target = url_for("auth.sign_in_page", next=own_path(f"{page.path}?{page.query}".rstrip("?")))
        return Response(status=401, headers={"HX-Redirect": target})
    come_back = own_path(request.full_path.rstrip("?")) if request.method == "GET" else None
    return redirect(url_for("auth.sign_in_page", next=come_back))


def own_path(target: str | None) -> str | None:
    """A path of ours to go on to; None for anything that could lead elsewhere.

    Browsers read a backslash as a slash and drop tabs and line breaks, so that "/<tab>/elsewhere" is another host.
    """
    if not target or not target.startswith("/") or target.startswith("//") or _MISREAD.search(target):
        return None
    return target
