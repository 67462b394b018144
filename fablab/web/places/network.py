"""For administrators of the network: what it is made of, who invoices for what, and its levels of access."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from fablab.billing import issuers
from fablab.billing.issuers import RuleCard
from fablab.billing.models import IssuerRule
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import accesses
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.sites import levels
from fablab.sites import queries as sites
from fablab.sites.models.timetables import HIGHEST_LEVEL
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, text_field

screen = Blueprint("network", __name__)
ANY = 0


class RuleForm(LabForm):
    """Who invoices for what."""

    legal_entity_id = SelectField(coerce=int)
    site_id = SelectField(coerce=int, default=ANY)
    category_id = SelectField(coerce=int, default=ANY)
    class_id = SelectField(coerce=int, default=ANY)

    def offer(self) -> None:
        """Fill the lists."""
        session = db.session()
        self.legal_entity_id.choices = [(row.id, row.name) for row in sites.legal_entities(session)]
        self.site_id.choices = [(ANY, _("any site")), *((row.id, row.name) for row in sites.sites(session))]
        self.category_id.choices = [
            (ANY, _("any category")),
            *((row.id, row.name) for row in catalog.categories(session)),
        ]
        self.class_id.choices = [(ANY, _("everybody")), *((row.id, row.name) for row in members.classes(session))]

    def card(self) -> RuleCard:
        """What was chosen."""
        return RuleCard(
            legal_entity_id=self.legal_entity_id.data,
            site_id=self.site_id.data or None,
            category_id=self.category_id.data or None,
            class_id=self.class_id.data or None,
        )


class LevelForm(LabForm):
    """A level of access: its rank and what it is called."""

    rank = SelectField(coerce=int)
    name = text_field(80, needed=True)

    def offer(self) -> None:
        """The ranks that have no name yet."""
        named = sites.access_levels(db.session())
        self.rank.choices = [(rank, str(rank)) for rank in range(1, HIGHEST_LEVEL + 1) if rank not in named]


@screen.before_request
def only_administrators() -> None:
    """All of this is for administrators of the network: it holds everywhere."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/network")
def page() -> str:
    """The network at a glance."""
    session = db.session()
    return render_template(
        "network/page.html",
        entities=sites.legal_entities(session),
        regimes=sites.vat_regimes(session),
        sites=sites.sites(session),
        rooms=sites.rooms(session),
        rules=len(issuers.rules_in_order(session)),
        levels=sites.access_levels(session),
        now_on=clock.now().date(),
    )


@screen.get("/network/issuers")
def rules() -> str:
    """Who invoices for what, in the order in which the rules are asked."""
    return _show_rules()


@screen.post("/network/issuers")
def add_rule() -> Response | tuple[str, int]:
    """Add a rule."""
    form = RuleForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                issuers.add_rule(session, access.actor(), form.card(), clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The rule holds from now on. What waited for it is charged."), "ok")
            return redirect(url_for("network.rules"))
    return _show_rules(form), 422


@screen.post("/network/issuers/<row:rule_id>/remove")
def remove_rule(rule_id: int) -> Response | tuple[str, int]:
    """Remove a rule, if everything still has an issuer."""
    try:
        with transaction() as session:
            issuers.remove_rule(session, access.actor(), rule_id)
    except Refused as refused:
        form = RuleForm(formdata=None)
        form.offer()
        form.refuse(refused)
        return _show_rules(form), 422
    flash(_("The rule is removed."), "ok")
    return redirect(url_for("network.rules"))


@screen.get("/network/levels")
def level_list() -> str:
    """The levels of access and their names."""
    return _show_levels()


@screen.post("/network/levels")
def add_level() -> Response | tuple[str, int]:
    """Name a level."""
    form = LevelForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                levels.add_level(session, access.actor(), form.rank.data, form.name.data)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The level is there. Opening hours can ask for it now."), "ok")
            return redirect(url_for("network.level_list"))
    return _show_levels(form), 422


@screen.post("/network/levels/<row:rank>")
def rename_level(rank: int) -> Response | tuple[str, int]:
    """Call a level something else."""
    try:
        with transaction() as session:
            levels.rename_level(session, access.actor(), rank, request.form.get("name", "")[:80])
    except Refused as refused:
        return _refused_level(refused)
    flash(_("Saved."), "ok")
    return redirect(url_for("network.level_list"))


@screen.post("/network/levels/<row:rank>/remove")
def remove_level(rank: int) -> Response | tuple[str, int]:
    """Take a level away that nothing and nobody uses."""
    try:
        with transaction() as session:
            accesses.remove_level(session, access.actor(), rank, clock.now())
    except Refused as refused:
        return _refused_level(refused)
    flash(_("The level is removed."), "ok")
    return redirect(url_for("network.level_list"))


def _refused_level(refused: Refused) -> tuple[str, int]:
    form = LevelForm(formdata=None)
    form.offer()
    form.refuse(refused)
    return _show_levels(form), 422


def _show_levels(form: LevelForm | None = None) -> str:
    if form is None:
        form = LevelForm(formdata=None)
        form.offer()
    return render_template("network/levels.html", levels=sites.access_levels(db.session()), form=form)


def _show_rules(form: RuleForm | None = None) -> str:
    session = db.session()
    if form is None:
        form = RuleForm(formdata=None)
        form.offer()
    entities = {row.id: row.name for row in sites.legal_entities(session)}
    found = issuers.rules_in_order(session)
    return render_template(
        "network/issuers.html",
        rules=[(row, _in_words(row, form), entities[row.legal_entity_id]) for row in found],
        entities=entities,
        form=form,
    )


def _in_words(row: IssuerRule, form: RuleForm) -> str:
    """What a rule is about, such as “At La Halle · Laser cutter · Student”."""
    parts = [
        _name(form.site_id.choices, row.site_id),
        _name(form.category_id.choices, row.category_id),
        _name(form.class_id.choices, row.class_id),
    ]
    return " · ".join(part for part in parts if part) or _("Everything else")


def _name(choices: list[tuple[int, str]], key: int | None) -> str:
    return dict(choices).get(key, "") if key is not None else ""
