"""For fabmanagers, treasurers and administrators: every organisation, those that nobody owns first; founding one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.organisations import cards, listing, rights
from fablab.web.accounts.accounts import AccountForm
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.forms import text_field

screen = Blueprint("organisations", __name__)
PAGE = 100


class OrganisationForm(AccountForm):
    """A new organisation: its card, and who owns it."""

    owner = text_field(200, needed=True)


@screen.before_request
def only_staff() -> None:
    """All of this is for those who found organisations."""
    rights.needs_staff(access.actor())


@screen.get("/organisations")
def page() -> str:
    """Search for organisations."""
    typed = request.args.get("q", "").strip()[:100]
    offset = (inputs.row_id(request.args.get("from")) or 1) - 1
    found = listing.organisations(db.session(), access.actor(), typed, offset=offset, limit=PAGE + 1)
    following = offset + PAGE + 1 if len(found) > PAGE else None
    return render_template("organisations/list.html", typed=typed, found=found[:PAGE], following=following)


@screen.get("/organisations/new")
def new_page() -> str:
    """An empty card."""
    return _show(OrganisationForm(formdata=None))


@screen.post("/organisations/new")
def new() -> Response | tuple[str, int]:
    """Found an organisation."""
    form = OrganisationForm()
    if form.validate():
        try:
            card, owner = form.card(), pickers.member_named(form.owner.data)
            owner_id = owner.id
            with transaction() as session:
                account_id = cards.found(session, access.actor(), card, owner_id, clock.now()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The organisation has its account. Its owner was told, and invites the others."), "ok")
            return redirect(url_for("accounts.one", account_id=account_id))
    return _show(form), 422


def _show(form: OrganisationForm) -> str:
    return render_template("organisations/new.html", form=form, people=pickers.suggestions())
