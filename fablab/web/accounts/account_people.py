"""For owners: whom they invite into their organisation's account, what each may spend and name, and removing them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from fablab.booking import queries as booking
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.organisations import inviting, people, rights
from fablab.members.organisations.people import PlaceCard
from fablab.web.accounts import accounts
from fablab.web.accounts.caps import cap_field, cents_of, typed
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.forms import LabForm

screen = Blueprint("account_people", __name__)
LONGEST = 254


class TickList(SelectMultipleField):  # type: ignore[misc]
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PlaceForm(LabForm):
    """What somebody is allowed."""

    monthly_cap = cap_field()
    all_projects = RadioField(default="yes")
    project_ids = TickList(coerce=int, choices=[])
    is_owner = BooleanField()
    version = HiddenField(default="1")

    def offer(self, account_id: int) -> None:
        """Fill the lists."""
        rows = members.projects_of(db.session(), [account_id])
        self.project_ids.choices = [(row.id, row.name) for row in rows]
        self.all_projects.choices = [
            ("yes", _("Every project that is open to everybody, or none")),
            ("no", _("Only the projects that name them, and always one of these")),
        ]

    def card(self) -> PlaceCard:
        """What was written; Refused if the cap is no amount."""
        return PlaceCard(
            is_owner=self.is_owner.data,
            all_projects=self.all_projects.data == "yes",
            project_ids=tuple(self.project_ids.data or ()),
            monthly_cap_cents=cents_of(self.monthly_cap.data),
        )


@screen.post("/accounts/<row:account_id>/invitations")
def invite(account_id: int) -> Response | tuple[str, int] | str:
    """Invite one person: by mail, or by a link that is shown once, on this answer."""
    email = request.form.get("email", "").strip()[:LONGEST]
    if not email and request.form.get("by") == "mail":
        return accounts.show(account_id, [_("Write the address to which the invitation goes.")]), 422
    try:
        with transaction() as session:
            _row, secret = inviting.invite(session, access.actor(), account_id, email, clock.now())
    except Refused as refused:
        return accounts.show(account_id, refused.messages, email=email), 422
    if email:
        flash(_("The invitation is on its way to %(email)s.", email=email), "ok")
        return redirect(url_for("accounts.one", account_id=account_id) + "#invitations")
    return accounts.show(account_id, made=link(f"/accounts/join/{secret}"))


@screen.post("/accounts/<row:account_id>/invitations/<row:invitation_id>/revoke")
def revoke(account_id: int, invitation_id: int) -> Response:
    """Let nobody in with it any more."""
    with transaction() as session:
        inviting.revoke(session, access.actor(), account_id, invitation_id, clock.now())
    flash(_("Nobody can join with that invitation any more."), "ok")
    return redirect(url_for("accounts.one", account_id=account_id) + "#invitations")


@screen.post("/accounts/<row:account_id>/owners")
def appoint(account_id: int) -> Response | tuple[str, int]:
    """Appoint an owner, who need not be in it yet; for staff, and for owners among its people."""
    rights.needs_staff(access.actor())
    text = request.form.get("member", "")[:200]
    try:
        member_id = pickers.member_named(text).id
        with transaction() as session:
            name = people.appoint_owner(session, access.actor(), account_id, member_id, clock.now()).member.name
    except Refused as refused:
        return accounts.show(account_id, refused.messages), 422
    flash(_("%(name)s now owns this account.", name=name), "ok")
    return redirect(url_for("accounts.one", account_id=account_id))


@screen.get("/accounts/<row:account_id>/people/<row:member_id>")
def page(account_id: int, member_id: int) -> str:
    """What somebody is allowed, to be changed."""
    accounts.kept(account_id)
    place = people.person_of(db.session(), account_id, member_id)
    card = people.card_of(db.session(), place)
    form = PlaceForm(
        formdata=None,
        monthly_cap=typed(card.monthly_cap_cents),
        all_projects="yes" if card.all_projects else "no",
        project_ids=list(card.project_ids),
        is_owner=card.is_owner,
        version=str(place.version),
    )
    return _show(account_id, member_id, form)


@screen.post("/accounts/<row:account_id>/people/<row:member_id>")
def edit(account_id: int, member_id: int) -> Response | tuple[str, int]:
    """Change what somebody is allowed; if somebody else did meanwhile, show both."""
    accounts.kept(account_id)
    form, status = PlaceForm(), 422
    form.offer(account_id)
    if form.validate():
        try:
            card = form.card()
            version = inputs.row_id(form.version.data) or 0
            with transaction() as session:
                people.edit_place(session, access.actor(), (account_id, member_id), card, version, clock.now())
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
            form.version.data = str(people.person_of(db.session(), account_id, member_id).version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("accounts.one", account_id=account_id) + "#people")
    return _show(account_id, member_id, form, theirs=status == 409), status


@screen.get("/accounts/<row:account_id>/people/<row:member_id>/remove")
def remove_page(account_id: int, member_id: int) -> str:
    """What removing somebody, or leaving, means: how much of it lies ahead."""
    return _show_remove(account_id, member_id)


@screen.post("/accounts/<row:account_id>/people/<row:member_id>/remove")
def remove(account_id: int, member_id: int) -> Response | tuple[str, int]:
    """Let somebody no longer use the account; everybody may leave by themselves."""
    try:
        with transaction() as session:
            people.remove(session, access.actor(), account_id, member_id, clock.now())
    except Refused as refused:
        return _show_remove(account_id, member_id, refused.messages), 422
    if member_id == access.actor().member_id:
        flash(_("You have left the account. What you reserved on it before stays."), "ok")
        return redirect(url_for("accounts.page"))
    flash(_("Removed. What they reserved before stays as it is."), "ok")
    return redirect(url_for("accounts.one", account_id=account_id) + "#people")


def _show(account_id: int, member_id: int, form: PlaceForm, *, theirs: bool = False) -> str:
    session = db.session()
    form.offer(account_id)
    place = people.person_of(session, account_id, member_id)
    projects = {row.id: row.name for row in members.projects_of(session, [account_id])}
    card = people.card_of(session, place)
    return render_template(
        "accounts/person.html",
        account=members.account(session, account_id),
        place=place,
        form=form,
        theirs=card if theirs else None,
        theirs_named=[projects[key] for key in card.project_ids],
    )


def _show_remove(account_id: int, member_id: int, reasons: list[str] | None = None) -> str:
    session, is_self = db.session(), member_id == access.actor().member_id
    sight = rights.sight(session, access.actor(), account_id) if is_self else accounts.kept(account_id)
    place = people.person_of(session, account_id, member_id)
    ahead = booking.ahead_on_account(session, account_id, clock.now(), member_id=member_id)
    return render_template(
        "accounts/remove.html",
        account=sight.account,
        place=place,
        ahead=ahead,
        is_self=is_self,
        may_edit=sight.may_edit,
        reasons=reasons or [],
    )
