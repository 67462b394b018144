"""Joining: the public form, an invitation's form, and the mailed link that makes a member."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as kept
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _, locale
from fablab.core.refusals import Refused
from fablab.members import charters, classes, invitations, joining, passwords, signin, signins
from fablab.members import queries as members
from fablab.members.joining import Wish
from fablab.members.models import Charter, MemberState
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import dead_link
from fablab.web.ground.forms import LabForm, email_field, password_field, text_field

screen = Blueprint("sign_up", __name__)
JOIN = "join"
"""What attempts to join are counted as."""
PREFILLED = "join"
"""Where the browser's session keeps what a provider said of somebody who may want to join."""


class JoinForm(LabForm):
    """Who joins with an invitation."""

    name = text_field(200, needed=True)
    email = email_field()
    birth_date = DateField(validators=[Optional()])

    def wish(self, site_id: int | None = None, class_id: int | None = None, invitation_id: int | None = None) -> Wish:
        """What was written."""
        return Wish(
            name=self.name.data,
            email=self.email.data,
            birth_date=self.birth_date.data,
            locale=locale(),
            site_id=site_id,
            class_id=class_id,
            invitation_id=invitation_id,
        )


class SignUpForm(JoinForm):
    """Who joins, where, and as what."""

    site_id = SelectField(coerce=int)
    class_id = SelectField(coerce=int)

    def offer(self) -> None:
        """Fill the lists."""
        session = db.session()
        self.site_id.choices = [
            (row.id, f"{row.name} · {row.town}" if row.town else row.name) for row in joining.sites_to_join(session)
        ]
        self.class_id.choices = [(row.id, row.name) for row in classes.open_classes(session, needs_proof=False)]


class ChooseForm(LabForm):
    """The password of somebody who has proved their address."""

    password = password_field()


@screen.get("/sign-up")
@access.public
def page() -> str:
    """The form; where no site can be joined, a word how people join instead."""
    form = SignUpForm(formdata=None)
    form.offer()
    wanted = inputs.row_id(request.args.get("site"))
    if wanted in {key for key, _name in form.site_id.choices}:
        form.site_id.data = wanted
    known = kept.pop(PREFILLED, {})
    if "elsewhere" in request.args:
        form.name.data, form.email.data = known.get("name", ""), known.get("email", "")
    return _show(form)


@screen.post("/sign-up")
@access.public
def ask() -> str | tuple[str, int]:
    """Ask to join; the answer is the same for somebody who is a member already."""
    form = SignUpForm()
    form.offer()
    if form.validate():
        refused = _ask(form.wish(form.site_id.data, form.class_id.data))
        if refused is None:
            return _show(form, sent_to=form.email.data)
        form.refuse(refused)
    return _show(form), 422


@screen.get("/join/<secret>")
@access.public
def join_page(secret: str) -> str | tuple[str, int]:
    """Ask who joins, if the invitation still lets somebody in."""
    if invitations.invitation(db.session(), secret, clock.now()) is None:
        return render_template("start/dead_invitation.html"), 404
    return render_template("start/join.html", form=JoinForm(formdata=None), secret=secret, sent_to=None)


@screen.post("/join/<secret>")
@access.public
def join(secret: str) -> str | tuple[str, int]:
    """Ask to join with an invitation; the answer is the same for somebody who is a member already."""
    invitation = invitations.invitation(db.session(), secret, clock.now())
    if invitation is None:
        return render_template("start/dead_invitation.html"), 404
    site_id, invitation_id = invitation.site_id, invitation.id
    form = JoinForm()
    if form.validate():
        refused = _ask(form.wish(site_id, invitation_id=invitation_id))
        if refused is None:
            return render_template("start/join.html", form=form, secret=secret, sent_to=form.email.data)
        form.refuse(refused)
    return render_template("start/join.html", form=form, secret=secret, sent_to=None), 422


@screen.get("/sign-up/<secret>")
@access.public
def confirm_page(secret: str) -> str | tuple[str, int]:
    """The charter to accept, and a password to choose, if the link still opens."""
    return _confirm(ChooseForm(formdata=None), secret)


@screen.post("/sign-up/<secret>")
@access.public
def confirm(secret: str) -> Response | str | tuple[str, int]:
    """Become a member, and be signed in."""
    form = ChooseForm()
    try:
        wish = joining.wish_of(db.session(), secret, clock.now())
    except NotFound:
        return _dead()
    if form.validate():
        form.form_errors.extend(
            reason.message for reason in passwords.check(form.password.data, email=wish.email, name=wish.card["name"])
        )
    if form.errors:
        return _confirm(form, secret, 422)
    kept = passwords.hash_password(form.password.data)
    accepted = {key for text in request.form.getlist("charter") if (key := inputs.row_id(text))}
    try:
        with transaction() as session:
            member = joining.complete(session, secret, kept, accepted, clock.now())
            member_id, waits = member.id, member.state == MemberState.PENDING
    except NotFound:
        return _dead()
    except Refused as refused:
        form.refuse(refused)
        return _confirm(form, secret, 422)
    access.sign_in(members.member(db.session(), member_id), signins.WELCOME)
    flash(_("Welcome! The team was told, and approves you soon.") if waits else _("Welcome! You are a member."), "ok")
    return redirect(url_for("home.page"))


def _ask(wish: Wish) -> Refused | None:
    """Write the wish down; what speaks against it, if anything does."""
    now = clock.now()
    try:
        with transaction() as session:
            signin.begin(session, wish.email, request.remote_addr or "", now, what=JOIN)
            joining.ask_to_join(session, wish, now)
    except Refused as refused:
        return refused
    return None


def _show(form: SignUpForm, sent_to: str | None = None) -> str:
    return render_template("sign_up/page.html", form=form, sent_to=sent_to)


def _confirm(form: ChooseForm, secret: str, code: int = 200) -> str | tuple[str, int]:
    session, now = db.session(), clock.now()
    try:
        wish = joining.wish_of(session, secret, now)
    except NotFound:
        return _dead()
    site_id = wish.card["site_id"]
    wanted: list[Charter] = charters.in_force(session, site_id, joining.day_at(session, site_id, now))
    return (
        render_template("sign_up/confirm.html", form=form, secret=secret, wish=wish, charters=wanted),
        code,
    )


def _dead() -> tuple[str, int]:
    return dead_link(joining.LIFE, url_for("sign_up.page"))
