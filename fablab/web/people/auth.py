"""Signing in and out, and links to set a password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import passwords, signin
from fablab.members import queries as members
from fablab.members import services as people
from fablab.web.ground import access
from fablab.web.ground.errors import dead_link
from fablab.web.ground.forms import LabForm, email_field, password_field, text_field

screen = Blueprint("auth", __name__)
LINK = "password link"


class SignInForm(LabForm):
    """Who, by their address or number, and the proof."""

    email = text_field(254, needed=True)
    password = password_field()


class ForgotForm(LabForm):
    """Whom to send a link to."""

    email = email_field()


class NewPasswordForm(LabForm):
    """A password to be."""

    password = password_field()


@screen.get("/sign-in")
@access.public
def sign_in_page() -> str | Response:
    """Ask who it is."""
    if current_user.is_authenticated:
        return redirect(access.own_path(request.args.get("next")) or url_for("home.page"))
    return render_template("auth/sign_in.html", form=SignInForm())


@screen.post("/sign-in")
@access.public
def sign_in() -> Response | tuple[str, int]:
    """Open a sign-in, or say that it did not work, without saying which of the two was wrong."""
    form = SignInForm()
    if not form.validate():
        return render_template("auth/sign_in.html", form=form), 422
    try:
        with transaction() as session:
            candidate = signin.begin(session, form.email.data, request.remote_addr or "", clock.now())
    except Refused as refused:
        form.refuse(refused)
        return render_template("auth/sign_in.html", form=form), 429
    if not passwords.matches(candidate.password_hash, form.password.data) or candidate.member_id is None:
        form.form_errors.append(_("This address or number and this password do not belong together."))
        return render_template("auth/sign_in.html", form=form), 422
    with transaction() as session:
        signin.complete(session, form.email.data, request.remote_addr or "")
    access.sign_in(members.member(db.session(), candidate.member_id))
    return redirect(access.own_path(request.args.get("next")) or url_for("home.page"))


@screen.post("/sign-out")
@access.public
def sign_out() -> Response:
    """Close the sign-in of this browser; a copy of its cookie is dead too, other devices stay signed in."""
    if current_user.is_authenticated:
        access.sign_out()
        flash(_("You are signed out."), "ok")
    return redirect(url_for("home.page"))


@screen.get("/password/forgot")
@access.public
def forgot_page() -> str:
    """Ask for the address."""
    return render_template("auth/forgot.html", form=ForgotForm(), sent=False)


@screen.post("/password/forgot")
@access.public
def forgot() -> str | tuple[str, int]:
    """Have a link sent to whom the address belongs; the answer is the same when it belongs to nobody."""
    form = ForgotForm()
    if not form.validate():
        return render_template("auth/forgot.html", form=form, sent=False), 422
    now = clock.now()
    try:
        with transaction() as session:
            signin.begin(session, form.email.data, request.remote_addr or "", now, what=LINK)
            people.ask_for_link(session, form.email.data, now)
    except Refused as refused:
        form.refuse(refused)
        return render_template("auth/forgot.html", form=form, sent=False), 429
    return render_template("auth/forgot.html", form=form, sent=True)


@screen.get("/password/<secret>")
@access.public
def password_page(secret: str) -> str | tuple[str, int]:
    """Ask for the new password, if the link still opens."""
    if members.password_token(db.session(), secret, clock.now()) is None:
        return dead_link(people.LINK_LIFE, url_for("auth.forgot_page"))
    return render_template("auth/new_password.html", form=NewPasswordForm(), secret=secret)


@screen.post("/password/<secret>")
@access.public
def set_password(secret: str) -> Response | tuple[str, int]:
    """Set the password that the link's owner chose; the link is used up."""
    form = NewPasswordForm()
    token = members.password_token(db.session(), secret, clock.now())
    if token is None:
        return dead_link(people.LINK_LIFE, url_for("auth.forgot_page"))
    member = members.member(db.session(), token.member_id)
    if form.validate():
        form.form_errors.extend(
            reason.message for reason in passwords.check(form.password.data, email=member.email, name=member.name)
        )
    if form.errors:
        return render_template("auth/new_password.html", form=form, secret=secret), 422
    chosen, now = passwords.hash_password(form.password.data), clock.now()
    with transaction() as session:
        token = members.password_token(session, secret, now)
        if token is None:
            return dead_link(people.LINK_LIFE, url_for("auth.forgot_page"))
        people.set_password(session, members.member(session, token.member_id), chosen, now)
    access.sign_out()
    flash(_("Your password is set. Sign in with it."), "ok")
    return redirect(url_for("auth.sign_in_page"))
