"""Signing in with an account elsewhere: leaving for an OpenID provider, coming back, and what then."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as kept
from flask_login import current_user
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.providers import OidcProvider
from fablab.core.refusals import Refused
from fablab.members import identities, joining, openid, passwords, signin, signins
from fablab.members import queries as members
from fablab.members.identities import Claims
from fablab.members.openid import Arrival, Departure
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, password_field
from fablab.web.ground.settings import settings
from fablab.web.people.sign_up import PREFILLED

screen = Blueprint("openid", __name__)
LEFT = "oidc"
"""Where the browser's signed cookie keeps with what it left, by state; each is taken out when it comes back."""
CONFIRM = "oidc_confirm"
"""Where it keeps whose an account seems to be, until they confirm with their password."""
MOST = 3


class ConfirmForm(LabForm):
    """The proof that an account elsewhere is one's own."""

    password = password_field()


@screen.get("/sign-in/with/<name>")
@access.public
def leave(name: str) -> Response:
    """Go to a provider to sign in."""
    try:
        return redirect(leave_for(_provider(name), access.own_path(request.args.get("next"))))
    except Refused as refused:
        return _back_to_sign_in(refused)


def leave_for(provider: OidcProvider, next_path: str | None, member_id: int | None = None) -> str:
    """Where to send the browser, which keeps with what it left; with a member, the account is to be linked to them.

    Raises:
        Refused: the provider does not answer.
    """
    db.session.rollback()  # Nothing is held open while the provider takes its time.
    leaving = openid.leave(provider, _address(provider), clock.now())
    departure = leaving.departure
    flows = dict(list(kept.get(LEFT, {}).items())[1 - MOST :])
    flows[departure.state] = {
        "provider": departure.provider,
        "nonce": departure.nonce,
        "verifier": departure.verifier,
        "left_at": departure.left_at.isoformat(),
        "next": next_path,
        "member_id": member_id,
    }
    kept[LEFT] = flows
    return leaving.url


@screen.get("/sign-in/with/<name>/back")
@access.public
def back(name: str) -> Response | tuple[str, int]:
    """Come back from a provider: signed in, linked, or told why not."""
    provider, now, address = _provider(name), clock.now(), request.remote_addr or ""
    state = request.args.get("state", "")
    flows = kept.get(LEFT, {})
    flow = flows.get(state)
    kept[LEFT] = {key: value for key, value in flows.items() if key != state}
    try:
        with transaction() as session:
            signin.begin_elsewhere(session, address, now)
        claims = openid.come_back(provider, _address(provider), _departure(state, flow), _arrival(), clock.now())
        if flow["member_id"] is not None:
            return _linked(provider, claims, flow["member_id"], now)
    except Refused as refused:
        return _back_to_sign_in(refused)
    return _signed_in(provider, claims, flow["next"], now)


@screen.get("/sign-in/confirm")
@access.public
def confirm_page() -> Response | tuple[str, int]:
    """Ask somebody with a role for their password, once, before an account elsewhere lets them in."""
    return _ask_password(ConfirmForm(formdata=None), 200)


@screen.post("/sign-in/confirm")
@access.public
def confirm() -> Response | tuple[str, int]:
    """Link the account whose owner has proved who they are, and sign them in."""
    form, waiting, now, address = ConfirmForm(), _waiting(), clock.now(), request.remote_addr or ""
    if waiting is None or not form.validate():
        return _ask_password(form, 422)
    typed = waiting["claims"]["email"]
    try:
        with transaction() as session:
            candidate = signin.begin(session, typed, address, now)
    except Refused as refused:
        form.refuse(refused)
        return _ask_password(form, 429)
    right = passwords.matches(candidate.password_hash, form.password.data)
    if not right or candidate.member_id != waiting["member_id"]:
        form.form_errors.append(_("This address or number and this password do not belong together."))
        return _ask_password(form, 422)
    with transaction() as session:
        signin.complete(session, typed, address)
        identities.link(session, waiting["member_id"], Claims(**waiting["claims"]), now, used=True)
    kept.pop(CONFIRM, None)
    return _welcome(waiting["member_id"], waiting["provider"], waiting["next"])


def _signed_in(
    provider: OidcProvider, claims: Claims, next_path: str | None, now: datetime
) -> Response | tuple[str, int]:
    with transaction() as session:
        found = identities.recognise(session, claims, now)
        if found.member_id is not None:
            signin.complete_elsewhere(session, request.remote_addr or "")
    if found.member_id is None:
        return _unknown(provider, claims)
    if found.must_confirm:
        kept[CONFIRM] = {
            "member_id": found.member_id,
            "provider": provider.name,
            "claims": {"issuer": claims.issuer, "subject": claims.subject, "email": claims.email},
            "at": now.isoformat(),
            "next": next_path,
        }
        return redirect(url_for("openid.confirm_page"))
    return _welcome(found.member_id, provider.name, next_path)


def _welcome(member_id: int, name: str, next_path: str | None) -> Response:
    access.sign_in(members.member(db.session(), member_id), signins.OIDC + name)
    return redirect(next_path or url_for("home.page"))


def _linked(provider: OidcProvider, claims: Claims, member_id: int, now: datetime) -> Response:
    """The account is theirs who left to link it, if they still are signed in here."""
    if not current_user.is_authenticated or current_user.id != member_id:
        raise Refused.because("oidc_other", _("Somebody else is signed in here now. Nothing was linked."))
    try:
        with transaction() as session:
            identities.link(session, member_id, claims, now)
            signin.complete_elsewhere(session, request.remote_addr or "")
    except Refused as refused:
        _tell(refused)
    else:
        flash(_("Linked. You can sign in with %(label)s from now on.", label=provider.label), "ok")
    return redirect(url_for("sign_ins.page"))


def _unknown(provider: OidcProvider, claims: Claims) -> tuple[str, int]:
    """Nobody here has this account: say how it becomes theirs, or how they join."""
    may_join = bool(joining.sites_to_join(db.session()))
    if may_join:
        kept[PREFILLED] = {"email": claims.email, "name": claims.name}
    return render_template("auth/not_linked.html", provider=provider, claims=claims, may_join=may_join), 403


def _ask_password(form: ConfirmForm, code: int) -> Response | tuple[str, int]:
    waiting = _waiting()
    if waiting is None:
        flash(_("This way of signing in was begun elsewhere, too long ago, or used already. Begin again."), "problem")
        return redirect(url_for("auth.sign_in_page"))
    label = _provider(waiting["provider"]).label
    return render_template("auth/confirm.html", form=form, label=label, email=waiting["claims"]["email"]), code


def _waiting() -> dict[str, Any] | None:
    """What waits for a password in this browser, while it is not too old."""
    found: dict[str, Any] | None = kept.get(CONFIRM)
    if found is None or clock.now() - datetime.fromisoformat(found["at"]) >= openid.LIFE:
        return None
    return found


def _provider(name: str) -> OidcProvider:
    found = next((row for row in settings().oidc if row.name == name), None)
    if found is None:
        raise NotFound(f"provider {name}")
    return found


def _address(provider: OidcProvider) -> str:
    """Where the provider sends people back; it must know this address."""
    return link(f"/sign-in/with/{provider.name}/back")


def _departure(state: str, flow: dict[str, Any] | None) -> Departure | None:
    if flow is None:
        return None
    left_at = datetime.fromisoformat(flow["left_at"])
    return Departure(flow["provider"], state, flow["nonce"], flow["verifier"], left_at)


def _arrival() -> Arrival:
    args = request.args
    return Arrival(code=args.get("code", ""), error=args.get("error", ""), issuer=args.get("iss", ""))


def _back_to_sign_in(refused: Refused) -> Response:
    _tell(refused)
    return redirect(url_for("sign_ins.page") if current_user.is_authenticated else url_for("auth.sign_in_page"))


def _tell(refused: Refused) -> None:
    for message in refused.messages:
        flash(message, "problem")
