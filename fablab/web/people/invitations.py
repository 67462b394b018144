"""Inviting people by a link, and joining with one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _, locale
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.members import classes, invitations, signin
from fablab.members import queries as members
from fablab.members.invitations import InvitationCard
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, words
from fablab.web.ground.forms import LabForm, email_field, text_field

screen = Blueprint("invitations", __name__)
JOIN = "join"


class InvitationForm(LabForm):
    """What a link gives, to how many, for how long."""

    class_id = SelectField(coerce=int)
    role = SelectField(default="")
    site_id = SelectField(coerce=int, default=0)
    uses = IntegerField(default=20, validators=[InputRequired(), NumberRange(min=1, max=invitations.MOST_USES)])
    days = IntegerField(default=30, validators=[InputRequired(), NumberRange(min=1, max=invitations.LONGEST_DAYS)])

    def offer(self) -> None:
        """Fill the lists."""
        session = db.session()
        self.class_id.choices = [(row.id, row.name) for row in classes.open_classes(session, needs_proof=False)]
        self.role.choices = [("", _("Member, without a role")), *((role.value, words.role(role)) for role in Role)]
        self.site_id.choices = [(0, _("The whole network")), *((row.id, row.name) for row in sites.sites(session))]

    def card(self) -> InvitationCard:
        """What was written."""
        return InvitationCard(
            class_id=self.class_id.data,
            role=Role(self.role.data) if self.role.data else None,
            site_id=self.site_id.data or None,
            uses=self.uses.data,
            days=self.days.data,
        )


class JoinForm(LabForm):
    """Who joins."""

    name = text_field(120, needed=True)
    email = email_field()


@screen.get("/invitations")
@access.needs(Role.ADMIN)
def page() -> str:
    """The open invitations, and a form for a new one."""
    form = InvitationForm(formdata=None)
    form.offer()
    return _show(form)


@screen.post("/invitations")
@access.needs(Role.ADMIN)
def invite() -> tuple[str, int] | str:
    """Make a link; it is shown once, on this answer."""
    form = InvitationForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                secret = invitations.invite(session, access.actor(), form.card(), clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _show(form, made=link(f"/join/{secret}"))
    return _show(form), 422


@screen.post("/invitations/<row:invitation_id>/end")
@access.needs(Role.ADMIN)
def end(invitation_id: int) -> Response:
    """Let nobody in with it any more."""
    with transaction() as session:
        invitations.end(session, access.actor(), invitation_id)
    flash(_("Nobody can join with that link any more."), "ok")
    return redirect(url_for("invitations.page"))


@screen.get("/join/<secret>")
@access.public
def join_page(secret: str) -> str | tuple[str, int]:
    """Ask who joins, if the link still lets somebody in."""
    if invitations.invitation(db.session(), secret, clock.now()) is None:
        return render_template("start/dead_invitation.html"), 404
    return render_template("start/join.html", form=JoinForm(), secret=secret, sent_to=None)


@screen.post("/join/<secret>")
@access.public
def join(secret: str) -> str | tuple[str, int]:
    """Join; the answer is the same for somebody who is a member already."""
    form = JoinForm()
    if not form.validate():
        return render_template("start/join.html", form=form, secret=secret, sent_to=None), 422
    now = clock.now()
    try:
        with transaction() as session:
            signin.begin(session, form.email.data, request.remote_addr or "", now, what=JOIN)
            invitations.join(session, secret, form.name.data, form.email.data, locale(), now)
    except NotFound:
        return render_template("start/dead_invitation.html"), 404
    except Refused as refused:
        form.refuse(refused)
        return render_template("start/join.html", form=form, secret=secret, sent_to=None), 422
    return render_template("start/join.html", form=form, secret=secret, sent_to=form.email.data)


def _show(form: InvitationForm, made: str | None = None) -> str:
    session = db.session()
    return render_template(
        "start/invitations.html",
        form=form,
        made=made,
        invitations=invitations.open_invitations(session, clock.now()),
        classes={row.id: row.name for row in members.classes(session)},
        places={row.id: row.name for row in sites.sites(session)},
    )
