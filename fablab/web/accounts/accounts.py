"""Accounts for those who use them: one's own and one's organisations', each with its card, its people and its use."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.wrappers import Response as FileResponse
from werkzeug.wrappers import Response
from wtforms import HiddenField

from fablab.billing import account_usage
from fablab.booking import queries as booking
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.period import month_at
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.models import Account
from fablab.members.organisations import cards, inviting, listing, people, projects, rights
from fablab.members.organisations.cards import AccountCard
from fablab.members.organisations.rights import Sight
from fablab.web.accounts.caps import cap_field, cents_of, typed
from fablab.web.ground import access, inputs
from fablab.web.ground.downloads import table_file
from fablab.web.ground.forms import LabForm, area_field, text_field
from fablab.web.ground.months import lab_zone, months_back

screen = Blueprint("accounts", __name__)


class AccountForm(LabForm):
    """What is written about an account."""

    name = text_field(cards.LONGEST_NAME, needed=True)
    billing_address = area_field(500)
    billing_email = text_field(254)
    siren = text_field(30)
    siret = text_field(30)
    purchase_order = text_field(50)
    service_code = text_field(100)
    monthly_cap = cap_field()
    version = HiddenField(default="1")

    def card(self) -> AccountCard:
        """What was written; Refused if the cap is no amount."""
        return AccountCard(
            name=self.name.data,
            billing_address=self.billing_address.data or "",
            billing_email=self.billing_email.data or "",
            siren=self.siren.data or "",
            siret=self.siret.data or "",
            purchase_order=self.purchase_order.data or "",
            service_code=self.service_code.data or "",
            monthly_cap_cents=cents_of(self.monthly_cap.data),
        )


@screen.get("/accounts")
def page() -> str:
    """The accounts that one uses."""
    session, member_id = db.session(), access.actor().member_id
    mine = listing.mine(session, member_id)
    own = {row.account.id for row in mine}
    paid_by = [row for row in members.accounts_of(session, member_id) if row.id not in own]
    return render_template("accounts/list.html", mine=mine, paid_by=paid_by, is_staff=rights.is_staff(access.actor()))


@screen.get("/accounts/<row:account_id>")
def one(account_id: int) -> str:
    """An account: all of it for those who keep it, one's own part for its other people."""
    return show(account_id)


@screen.get("/accounts/<row:account_id>/edit")
def edit_page(account_id: int) -> str:
    """Its card, to be changed."""
    account = kept(account_id).account
    form = AccountForm(formdata=None, obj=account, monthly_cap=typed(account.monthly_cap_cents))
    return _show_form(account, form)


@screen.post("/accounts/<row:account_id>/edit")
def edit(account_id: int) -> Response | tuple[str, int]:
    """Change what is written; if somebody else did meanwhile, show both."""
    kept(account_id)
    form, status = AccountForm(), 422
    if form.validate():
        try:
            card = form.card()
            with transaction() as session:
                version = inputs.row_id(form.version.data) or 0
                cards.edit_account(session, access.actor(), account_id, card, version, clock.now())
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved. Invoices that were issued keep what they say."), "ok")
            return redirect(url_for("accounts.one", account_id=account_id))
    account = kept(account_id).account
    theirs = cards.card_of(account) if status == 409 else None
    if theirs:
        form.version.data = str(account.version)
    return _show_form(account, form, theirs), status


@screen.get("/accounts/<row:account_id>/close")
def close_page(account_id: int) -> str:
    """What closing an organisation's account means."""
    account = kept(account_id).account
    ahead = booking.ahead_on_account(db.session(), account_id, clock.now())
    return render_template("accounts/close.html", account=account, ahead=ahead)


@screen.post("/accounts/<row:account_id>/<any(close, reopen):act>")
def open_or_close(account_id: int, act: str) -> Response:
    """Close an organisation's account, or open it again."""
    version = inputs.row_id(request.form.get("version")) or 0
    with transaction() as session:
        verb = cards.close if act == "close" else cards.reopen
        verb(session, access.actor(), account_id, version, clock.now())
    flash(_("The account is closed.") if act == "close" else _("The account is open again."), "ok")
    return redirect(url_for("accounts.one", account_id=account_id))


@screen.get("/accounts/<row:account_id>/usage")
def usage(account_id: int) -> str:
    """What its people used in a month, by person and project."""
    month, zone = _month(), lab_zone()
    found = account_usage.usage_of(db.session(), access.actor(), account_id, month, clock.now())
    return render_template(
        "accounts/usage.html", usage=found, month=month, months=months_back(clock.now(), zone, also=month)
    )


@screen.get("/accounts/<row:account_id>/usage.csv")
def usage_table(account_id: int) -> FileResponse:
    """The same as a table."""
    month = _month()
    found = account_usage.usage_of(db.session(), access.actor(), account_id, month, clock.now())
    return table_file(account_usage.table(found), f"account-{account_id}-{month}.csv")


@screen.get("/accounts/join/<secret>")
def join_page(secret: str) -> str | tuple[str, int]:
    """Ask whether they want to join; opening a link does nothing by itself, since mail programs open links too."""
    try:
        found = inviting.invitation(db.session(), secret, clock.now())
    except NotFound:
        return render_template("accounts/dead_invitation.html"), 404
    place = rights.place_of(db.session(), found.account_id, access.actor().member_id)
    return render_template("accounts/join.html", account=found.account, secret=secret, is_in=place is not None)


@screen.post("/accounts/join/<secret>")
def join(secret: str) -> Response | tuple[str, int]:
    """Join."""
    try:
        with transaction() as session:
            account_id = inviting.accept(session, access.actor(), secret, clock.now()).account_id
    except NotFound:
        return render_template("accounts/dead_invitation.html"), 404
    flash(_("You can charge this account from now on: choose it when you reserve."), "ok")
    return redirect(url_for("accounts.one", account_id=account_id))


def show(account_id: int, reasons: list[str] | None = None, *, made: str | None = None, email: str = "") -> str:
    """An account's page; with a link that was just made, or with why what was wanted is refused."""
    session, actor, now = db.session(), access.actor(), clock.now()
    sight = rights.sight(session, actor, account_id)
    month = month_at(now, lab_zone())
    used = None
    if sight.may_edit or sight.place:
        used = account_usage.usage_of(session, actor, account_id, month, now)
    rows = projects.all_of(session, account_id) if sight.may_see_people else []
    return render_template(
        "accounts/page.html",
        sight=sight,
        account=sight.account,
        used=used,
        spent={row.id: row for row in used.people} if used else {},
        project_spent={row.id: row for row in used.projects} if used else {},
        people=people.people_of(session, account_id) if sight.may_see_people else [],
        projects=rows,
        own_projects=[row for row in projects.usable_by(session, actor.member_id) if row.account_id == account_id],
        named=projects.named_in(session, [row.id for row in rows]),
        invitations=inviting.open_invitations(session, account_id, now) if sight.may_edit else [],
        has_owner=not sight.account.is_organisation or rights.has_owner(session, account_id),
        month=month,
        reasons=reasons or [],
        made=made,
        email=email,
    )


def kept(account_id: int) -> Sight:
    """An account that the person keeps; Forbidden where they only see it, NotFound where not even that."""
    return rights.kept(db.session(), access.actor(), account_id)


def _month() -> str:
    return inputs.month(request.args.get("month"), month_at(clock.now(), lab_zone()))


def _show_form(account: Account, form: AccountForm, theirs: AccountCard | None = None) -> str:
    return render_template("accounts/edit.html", account=account, form=form, theirs=theirs)
