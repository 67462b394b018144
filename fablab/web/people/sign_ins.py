"""Where one is signed in, and with what: ending sign-ins one by one, linking and unlinking accounts elsewhere."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import identities, passwords, signin, signins
from fablab.members import queries as members
from fablab.web.ground import access
from fablab.web.ground.settings import settings
from fablab.web.people.me import CHANGE
from fablab.web.people.openid import leave_for

screen = Blueprint("sign_ins", __name__)


@screen.get("/me/sign-ins")
def page() -> str:
    """Every browser in which one is signed in, and the accounts with which one can sign in."""
    return _show([])


@screen.post("/me/sign-ins/<row:sign_in_id>/end")
def end(sign_in_id: int) -> Response:
    """End one; ending this one is signing out."""
    here = current_user.sign_in_id
    with transaction() as session:
        signins.end(session, access.actor().member_id, sign_in_id, signins.REVOKED, clock.now())
    if sign_in_id == here:
        return _out()
    flash(_("That sign-in has ended."), "ok")
    return redirect(url_for("sign_ins.page"))


@screen.post("/me/sign-ins/end-others")
def end_others() -> Response:
    """End all but this one."""
    me, here = access.actor().member_id, current_user.sign_in_id
    with transaction() as session:
        signins.end_others(session, me, here, signins.REVOKED, clock.now())
    flash(_("You are signed out everywhere else."), "ok")
    return redirect(url_for("sign_ins.page"))


@screen.post("/me/sign-ins/end-all")
def end_all() -> Response:
    """Sign out everywhere, here too."""
    with transaction() as session:
        signins.end_everywhere(session, access.actor().member_id, signins.EVERYWHERE, clock.now())
    return _out()


@screen.post("/me/identities/link/<name>")
def link(name: str) -> str | tuple[str, int]:
    """Go to a provider to link an account there; whoever has a password types it, since this is a new way in."""
    provider = next((row for row in settings().oidc if row.name == name), None)
    if provider is None:
        raise NotFound(f"provider {name}")
    try:
        _check_password(access.actor().member_id, request.form.get("present", ""))
        url = leave_for(provider, None, access.actor().member_id)
    except Refused as refused:
        return _show(refused.messages), 422
    # A page, not a redirect: the policy lets forms lead to our own pages only.
    return render_template("me/leave.html", url=url, label=provider.label)


@screen.post("/me/identities/<row:identity_id>/unlink")
def unlink(identity_id: int) -> Response | tuple[str, int]:
    """Let an account elsewhere open nothing here any more."""
    try:
        with transaction() as session:
            identities.unlink(session, access.actor().member_id, identity_id, clock.now())
    except Refused as refused:
        return _show(refused.messages), 422
    flash(_("The account is unlinked."), "ok")
    return redirect(url_for("sign_ins.page"))


def label_of(issuer: str) -> str:
    """What a provider is called; its address where the settings do not name it any more."""
    return next((row.label for row in settings().oidc if row.issuer == issuer), issuer)


def words_of(how: str) -> str:
    """How somebody signed in."""
    name = how.removeprefix(signins.OIDC)
    if name != how:
        return next((row.label for row in settings().oidc if row.name == name), name)
    return {signins.PASSWORD: _("with the password"), signins.WELCOME: _("when joining")}.get(how, how)


def _check_password(member_id: int, typed: str) -> None:
    """Raises Refused unless this is the person's password, or they have none; attempts are counted."""
    key, address, now = f"member {member_id}", request.remote_addr or "", clock.now()
    with transaction() as session:
        signin.begin(session, key, address, now, what=CHANGE)
    expected = members.member(db.session(), member_id).password_hash
    if expected is not None and not passwords.matches(expected, typed):
        raise Refused.because("password_wrong", _("The present password is not this one."))
    with transaction() as session:
        signin.complete(session, key, address, what=CHANGE)


def _out() -> Response:
    access.sign_out()
    flash(_("You are signed out."), "ok")
    return redirect(url_for("home.page"))


def _show(reasons: list[str]) -> str:
    session, me = db.session(), access.actor().member_id
    return render_template(
        "me/sign_ins.html",
        rows=signins.sign_ins_of(session, me, clock.now()),
        here=current_user.sign_in_id,
        identities=identities.identities_of(session, me),
        has_password=members.member(session, me).password_hash is not None,
        providers=settings().oidc,
        label_of=label_of,
        words_of=words_of,
        reasons_against=reasons,
    )
