"""For treasurers: the prices, and a new one from a day on."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from fablab.billing import services
from fablab.billing.models import Price
from fablab.billing.prices import Quote, prices, prices_on
from fablab.billing.services import PriceCard
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.sites.models import LegalEntity
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm
from fablab.web.money.billing import chosen_entity, own_entities

screen = Blueprint("prices", __name__)


class PriceForm(LabForm):
    """So much per minute or hour, from a day on."""

    category_id = SelectField(coerce=int)
    class_id = SelectField(coerce=int)
    valid_from = DateField(validators=[InputRequired()])
    amount = StringField(validators=[InputRequired(), Length(max=20)])
    per_seconds = SelectField(coerce=int, default=3600)

    def offer(self) -> None:
        """Fill the lists."""
        session = db.session()
        self.category_id.choices = [(row.id, row.name) for row in catalog.categories(session)]
        self.class_id.choices = [(0, _("Everybody")), *((row.id, row.name) for row in members.classes(session))]
        self.per_seconds.choices = [(3600, _("per hour")), (60, _("per minute"))]

    def cents(self) -> int | None:
        """The amount; None, and a word beside the field, if it is none."""
        try:
            return parse_cents(self.amount.data)
        except ValueError:
            self.amount.errors = [_("Write an amount like 3.50, with two decimals at most.")]
            return None


@screen.get("/billing/prices")
@access.needs(Role.TREASURER)
def page() -> str:
    """The prices, those in force first seen."""
    if not own_entities():
        return render_template("billing/nobody.html")
    form = PriceForm(formdata=None)
    form.offer()
    return _show(chosen_entity(request.args.get("entity")), form)


@screen.post("/billing/prices")
@access.needs(Role.TREASURER)
def add() -> Response | tuple[str, int]:
    """Begin a price."""
    entity = chosen_entity(request.form.get("entity"))
    entity_id = entity.id
    form = PriceForm()
    form.offer()
    if form.validate() and _is_this_century(form) and (cents := form.cents()) is not None:
        card = PriceCard(
            legal_entity_id=entity_id,
            category_id=form.category_id.data,
            class_id=form.class_id.data or None,
            valid_from=form.valid_from.data,
            amount_cents=cents,
            per_seconds=form.per_seconds.data,
        )
        try:
            with transaction() as session:
                services.add_price(session, access.actor(), card, clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The price is entered. What waited for one is charged now."), "ok")
            return redirect(url_for("prices.page", entity=entity_id))
    return _show(chosen_entity(str(entity_id)), form), 422


def _is_this_century(form: PriceForm) -> bool:
    if date(2000, 1, 1) <= form.valid_from.data < date(2101, 1, 1):
        return True
    form.valid_from.errors = [_("Choose a day of this century.")]
    return False


def _show(entity: LegalEntity, form: PriceForm) -> str:
    session, today = db.session(), clock.now().astimezone(entity.zone).date()
    rows = [row for row in prices(session) if row.legal_entity_id == entity.id]
    return render_template(
        "billing/prices.html",
        entity=entity,
        entities=own_entities(),
        prices=[(row, _quote(row)) for row in rows],
        in_force={row.id for row in prices_on(session, today)},
        categories={row.id: row.name for row in catalog.categories(session)},
        classes={row.id: row.name for row in members.classes(session)},
        today=today,
        form=form,
    )


def _quote(row: Price) -> Quote:
    return Quote(row.amount_cents, row.per_seconds, row.gross)
