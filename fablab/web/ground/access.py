"""Who is looking at the screens: sign-in cookies, the person behind them, and the public list of routes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, url_for
from flask import session as kept
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import DatabaseFailed, db, transaction
from fablab.core.i18n import _
from fablab.members import queries as members
from fablab.members import rights, signins
from fablab.members.actor import Actor
from fablab.members.models import Member, Role
from fablab.members.rights import Access
from fablab.web.ground import errors
from fablab.web.ground.devices import device

manager = LoginManager()
_PUBLIC = "_fablab_public"
_PRIVATE = "_fablab_private"
_COOKIE = "_user_id"
"""Where Flask-Login keeps what the sign-in's cookie says."""
_SEEN_AS = "seen_as"
"""In the signed cookie of the session: who really looks, and as whom."""
_WAYS_BACK = ("seeing.end", "auth.sign_out", "prefs.theme")
_SECRETS = ("auth", "openid", "sign_ins", "tokens")


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """What a browser's cookie opens: its words, the row that it names, and when that was last seen."""

    cookie: str
    id: int
    seen_at: datetime


_MISREAD = re.compile(r"[\\\x00-\x20\x7f]")


class SignedIn:
    """A member with an open sign-in, as Flask-Login wants to see one; lives for one request.

    Where staff see the lab as a member, or an administrator sees it as another person, `seen_by` is who really signed
    in: what may be done and shown is that member's, the sign-in and the language stay the real person's.
    """

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, member: Member, actor: Actor, opened: OpenSignIn, seen_by: Member | None = None) -> None:
        real = seen_by or member
        self.id = member.id
        self.name = member.name
        self.locale = real.locale
        self.actor = actor
        self.real_id = real.id
        self.seen_by = real.name if seen_by else None
        self.only_looks = real.id != member.id
        self.sign_in_id = opened.id
        self.seen_at = opened.seen_at
        self._cookie = opened.cookie

    def get_id(self) -> str:
        """What the cookie says: which sign-in this is, and the secret that proves it."""
        return self._cookie


@manager.user_loader  # type: ignore[untyped-decorator]
def load(cookie: str) -> SignedIn | None:
    """The person behind a cookie, while the sign-in that it names is open."""
    found = signins.behind(db.session(), cookie, clock.now())
    if found is None:
        return None
    row, member = found
    opened = OpenSignIn(cookie, row.id, row.last_seen_at)
    return _seen(member, opened) or SignedIn(member, members.actor(db.session(), member.id), opened)


def _seen(real: Member, opened: OpenSignIn) -> SignedIn | None:
    """As whom the real person looks, asked anew at each request; None for everybody who looks as themselves."""
    found = kept.get(_SEEN_AS)
    if not isinstance(found, list) or len(found) != 2 or found[0] != real.id:
        return None
    if found[1] == real.id:
        return SignedIn(real, Actor(real.id), opened, seen_by=real)
    member = db.session.get(Member, found[1])
    is_admin = members.actor(db.session(), real.id).may_everywhere(Role.ADMIN)
    if member is None or member.left_at is not None or not is_admin:
        return None
    return SignedIn(member, members.actor(db.session(), member.id), opened, seen_by=real)


def see_as(member_id: int) -> None:
    """Show the screens from now on as this person sees them; one's own id: as a member without roles."""
    kept[_SEEN_AS] = [current_user.real_id, member_id]


def see_as_oneself() -> None:
    """Show the screens as they are again."""
    kept.pop(_SEEN_AS, None)


def sign_in(member: Member, how: str = signins.PASSWORD) -> None:
    """Open a sign-in for this person in this browser, in a transaction of its own; one that was open here ends."""
    see_as_oneself()
    now, member_id = clock.now(), member.id
    with transaction() as session:
        _end_here(signins.REPLACED, now)
        member = members.member(session, member_id)
        made = signins.open_sign_in(session, member, how, device(request.user_agent.string), now)
        person = SignedIn(member, members.actor(session, member_id), OpenSignIn(made.cookie, made.id, now))
    login_user(person, remember=False)


def sign_out() -> None:
    """Close the sign-in of this browser, in a transaction of its own: a copy of its cookie is dead too."""
    see_as_oneself()
    with transaction():
        _end_here(signins.SIGNED_OUT, clock.now())
    logout_user()


def _end_here(how: str, now: datetime) -> None:
    """End the sign-in that this browser's cookie opens, if it still does; the caller has opened a transaction."""
    found = signins.behind(db.session(), kept.get(_COOKIE, ""), now)
    if found is not None:
        row, member = found
        signins.end(db.session(), member.id, row.id, how, now)


def actor() -> Actor:
    """The person who is signed in."""
    found: Actor = current_user.actor
    return found


def levels() -> Access | None:
    """The levels of access of the person who looks, asked once a request; None for a visitor."""
    if not current_user.is_authenticated:
        return None
    if "levels" not in g:
        g.levels = rights.access_as(db.session(), current_user.actor, clock.now())
    found: Access = g.levels
    return found


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Put a view on the public list: anybody may see it without signing in."""
    setattr(view, _PUBLIC, True)
    return view


def private(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a page from those who see the lab as somebody else: it shows what even an administrator may not see."""
    setattr(view, _PRIVATE, True)
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
    def ask() -> Response | tuple[str, int] | None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or request.blueprint == "api" or request.endpoint == "static":
            return None
        if current_user.is_authenticated and current_user.only_looks and not _is_harmless(view):
            return _only_looking()
        if current_user.is_authenticated:
            _note_seen()
            return None
        return None if is_public(view) else _to_sign_in()


def _note_seen() -> None:
    """Write down, at most every few minutes, that this sign-in is used; before the page reads anything."""
    now = clock.now()
    if now - current_user.seen_at < signins.SEEN_EVERY:
        return
    sign_in_id = current_user.sign_in_id
    try:
        with transaction() as session:
            signins.note_seen(session, sign_in_id, now)
    except DatabaseFailed:
        # A page that only reads must not fail because others write; the next one tries again.
        db.session.rollback()


def _is_harmless(view: Callable[..., Any]) -> bool:
    """Whoever sees the lab as somebody else reads, goes back to themselves, or signs out; nothing else."""
    if request.endpoint in _WAYS_BACK:
        return True
    is_secret = getattr(view, _PRIVATE, False) or request.blueprint in _SECRETS
    return request.method in ("GET", "HEAD", "OPTIONS") and not is_secret


def _only_looking() -> tuple[str, int]:
    text = _("You see the lab as %(name)s sees it, and only look: nothing was changed. Go back to yourself first.")
    return errors.page(403, [text % {"name": current_user.name}])


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
