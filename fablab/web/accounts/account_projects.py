"""For owners: their account's projects, with what may be spent on each and who may name it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Account, Project
from fablab.members.organisations import cards, projects
from fablab.members.organisations.projects import ProjectCard
from fablab.web.accounts import accounts
from fablab.web.accounts.account_people import TickList
from fablab.web.accounts.caps import cap_field, cents_of, typed
from fablab.web.ground import access, inputs
from fablab.web.ground.forms import LabForm, text_field

screen = Blueprint("account_projects", __name__)


class ProjectForm(LabForm):
    """What is written about a project."""

    name = text_field(cards.LONGEST_NAME, needed=True)
    purchase_order = text_field(50)
    monthly_cap = cap_field()
    only_named = BooleanField()
    member_ids = TickList(coerce=int, choices=[])
    is_open = BooleanField(default=True)
    version = HiddenField(default="1")

    def offer(self, account: Account) -> None:
        """Fill the list of people."""
        rows = projects.may_be_named(db.session(), account)
        self.member_ids.choices = [(row.id, row.name) for row in rows]

    def card(self, *, is_new: bool) -> ProjectCard:
        """What was written; Refused if the cap is no amount."""
        return ProjectCard(
            name=self.name.data,
            purchase_order=self.purchase_order.data or "",
            monthly_cap_cents=cents_of(self.monthly_cap.data),
            only_named=self.only_named.data,
            member_ids=tuple(self.member_ids.data or ()),
            is_open=is_new or self.is_open.data,
        )


@screen.get("/accounts/<row:account_id>/projects/new")
def new_page(account_id: int) -> str:
    """An empty card."""
    account = accounts.kept(account_id).account
    form = ProjectForm(formdata=None)
    return _show(account, form)


@screen.post("/accounts/<row:account_id>/projects/new")
def new(account_id: int) -> Response | tuple[str, int]:
    """Begin a project."""
    account, form = accounts.kept(account_id).account, ProjectForm()
    form.offer(account)
    if form.validate():
        try:
            card = form.card(is_new=True)
            with transaction() as session:
                projects.add(session, access.actor(), account_id, card, clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The project is there. Who reserves can choose it now."), "ok")
            return redirect(url_for("accounts.one", account_id=account_id) + "#projects")
    return _show(accounts.kept(account_id).account, form), 422


@screen.get("/accounts/<row:account_id>/projects/<row:project_id>")
def page(account_id: int, project_id: int) -> str:
    """A project's card, to be changed."""
    account, project = _of(account_id, project_id)
    card = projects.card_of(db.session(), project)
    form = ProjectForm(
        formdata=None,
        name=card.name,
        purchase_order=card.purchase_order,
        monthly_cap=typed(card.monthly_cap_cents),
        only_named=card.only_named,
        member_ids=list(card.member_ids),
        is_open=card.is_open,
        version=str(project.version),
    )
    return _show(account, form, project)


@screen.post("/accounts/<row:account_id>/projects/<row:project_id>")
def edit(account_id: int, project_id: int) -> Response | tuple[str, int]:
    """Change a project; if somebody else did meanwhile, show both."""
    account, _project = _of(account_id, project_id)
    form, status = ProjectForm(), 422
    form.offer(account)
    if form.validate():
        try:
            card = form.card(is_new=False)
            version = inputs.row_id(form.version.data) or 0
            with transaction() as session:
                projects.edit(session, access.actor(), project_id, card, version, clock.now())
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
            form.version.data = str(projects.project(db.session(), project_id).version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("accounts.one", account_id=account_id) + "#projects")
    account, project = _of(account_id, project_id)
    return _show(account, form, project, theirs=status == 409), status


def _of(account_id: int, project_id: int) -> tuple[Account, Project]:
    account = accounts.kept(account_id).account
    project = projects.project(db.session(), project_id)
    if project.account_id != account_id:
        raise NotFound(f"project {project_id} of account {account_id}")
    return account, project


def _show(account: Account, form: ProjectForm, project: Project | None = None, *, theirs: bool = False) -> str:
    form.offer(account)
    named = projects.named_in(db.session(), [project.id])[project.id] if project else []
    return render_template(
        "accounts/project.html", account=account, form=form, project=project, theirs=theirs, named=named
    )
