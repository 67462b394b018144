"""Inviting people by a link."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.members import classes, invitations
from fablab.members import queries as members
from fablab.members.invitations import InvitationCard
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, words
from fablab.web.ground.forms import LabForm

screen = Blueprint("invitations", __name__)


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
