"""For administrators of the network: its legal entities and their VAT regimes."""

from datetime import date
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, HiddenField
from wtforms.validators import InputRequired

from fablab.billing import issuers
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import entities
from fablab.sites import queries as sites
from fablab.sites.entities import EntityCard, RegimeCard
from fablab.sites.models import LegalEntity
from fablab.web.ground import access, inputs
from fablab.web.ground.forms import LabForm, area_field, text_field

screen = Blueprint("entities", __name__)


class EntityForm(LabForm):
    """What is written about a legal entity."""

    name = text_field(120, needed=True)
    address = area_field(500)
    siren = text_field(30)
    siret = text_field(30)
    vat_number = text_field(30)
    currency = text_field(3)
    timezone = text_field(60, needed=True)
    invoice_prefix = text_field(12, needed=True)
    invoice_note = area_field(2000)
    version = HiddenField(default="1")

    def card(self) -> EntityCard:
        """What was written."""
        return EntityCard(
            name=self.name.data,
            address=self.address.data or "",
            siren=self.siren.data or "",
            siret=self.siret.data or "",
            vat_number=self.vat_number.data or "",
            currency=self.currency.data or "EUR",
            timezone=self.timezone.data,
            invoice_prefix=self.invoice_prefix.data,
            invoice_note=self.invoice_note.data or "",
        )


class RegimeForm(LabForm):
    """A VAT rate from a day on."""

    valid_from = DateField(validators=[InputRequired()])
    rate = text_field(10, needed=True)
    mention = text_field(300)

    def card(self) -> RegimeCard | None:
        """What was written; None, and a word beside the field, where the rate is none."""
        try:
            rate_bp = parse_cents(self.rate.data.replace("%", ""))
        except ValueError:
            self.rate.errors = [_("Write a rate like 20 or 5.5.")]
            return None
        valid_from: date = self.valid_from.data
        return RegimeCard(valid_from=valid_from, rate_bp=rate_bp, mention=self.mention.data or "")


@screen.before_request
def only_administrators() -> None:
    """All of this is for administrators of the network."""
    access.actor().needs_everywhere(Role.ADMIN)


@screen.get("/network/entities/new")
def new_page() -> str:
    """An empty card."""
    places = sites.sites(db.session())
    form = EntityForm(formdata=None, currency="EUR", invoice_prefix="F")
    form.timezone.data = places[0].timezone if places else "Europe/Paris"
    return render_template("network/entity.html", form=form, **_around())


@screen.post("/network/entities/new")
def new() -> Response | tuple[str, int]:
    """Add a legal entity."""
    form = EntityForm()
    if form.validate():
        try:
            with transaction() as session:
                made = entities.add_entity(session, access.actor(), form.card()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The legal entity is there. Now enter its VAT regime, and say what it invoices for."), "ok")
            return redirect(url_for("entities.page", entity_id=made))
    return render_template("network/entity.html", form=form, **_around()), 422


@screen.get("/network/entities/<row:entity_id>")
def page(entity_id: int) -> str:
    """A legal entity's card and its VAT regimes."""
    return _show(sites.legal_entity(db.session(), entity_id))


@screen.post("/network/entities/<row:entity_id>")
def edit(entity_id: int) -> Response | tuple[str, int]:
    """Change what is written; if somebody else did meanwhile, show both."""
    form = EntityForm()
    status, theirs = 422, None
    if form.validate():
        version = inputs.row_id(form.version.data) or 0
        try:
            with transaction() as session:
                entities.edit_entity(session, access.actor(), entity_id, form.card(), version)
        except Conflict as conflict:
            form.refuse(conflict)
            status, theirs = 409, sites.legal_entity(db.session(), entity_id)
            form.version.data = str(theirs.version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved. Invoices that were issued keep what they say."), "ok")
            return redirect(url_for("entities.page", entity_id=entity_id))
    return _show(sites.legal_entity(db.session(), entity_id), form=form, theirs=theirs), status


@screen.post("/network/entities/<row:entity_id>/regimes")
def begin_regime(entity_id: int) -> Response | tuple[str, int]:
    """Begin a VAT regime."""
    form = RegimeForm()
    card = form.card() if form.validate() else None
    if card is not None:
        try:
            with transaction() as session:
                issuers.begin_regime(session, access.actor(), entity_id, card, clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The VAT regime is entered."), "ok")
            return redirect(url_for("entities.page", entity_id=entity_id))
    return _show(sites.legal_entity(db.session(), entity_id), regime_form=form), 422


def _show(
    entity: LegalEntity,
    *,
    form: EntityForm | None = None,
    regime_form: RegimeForm | None = None,
    theirs: LegalEntity | None = None,
) -> str:
    return render_template(
        "network/entity.html",
        form=form or EntityForm(formdata=None, obj=entity),
        regime_form=regime_form or RegimeForm(formdata=None),
        **{**_around(), "entity": entity, "theirs": theirs},
        regimes=sites.vat_regimes(db.session()).get(entity.id, []),
        today=clock.now().astimezone(entity.zone).date(),
    )


def _around() -> dict[str, LegalEntity | list[str] | None]:
    """What the form needs besides; no entity yet."""
    return {"entity": None, "theirs": None, "zones": sorted(zone for zone in available_timezones() if "/" in zone)}
