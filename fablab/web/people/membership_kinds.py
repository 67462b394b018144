"""For administrators and treasurers: the kinds of memberships, and what they cost."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.memberships import kinds
from fablab.members.memberships import queries as memberships
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.memberships.wording import month_names
from fablab.members.models import Covers, Lasts, MembershipKind, MembershipPrice, Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs, words
from fablab.web.ground.forms import LabForm, area_field, text_field

screen = Blueprint("memberships", __name__)
NONE = 0


class KindForm(LabForm):
    """What is written about a kind."""

    name = text_field(120, needed=True)
    description = area_field(2000)
    site_id = SelectField(coerce=int, default=NONE)
    legal_entity_id = SelectField(coerce=int)
    lasts = SelectField(default=Lasts.MONTHS.value)
    length = IntegerField(default=12, validators=[Optional()])
    until_day = IntegerField(validators=[Optional()])
    until_month = SelectField(coerce=int, default=8)
    next_within_weeks = IntegerField(default=0, validators=[InputRequired()])
    grace_days = IntegerField(default=0, validators=[InputRequired()])
    remind_days = text_field(60)
    remind_at_end = BooleanField(default=True)
    covers = SelectField(default=Covers.PERSON.value)
    most_people = IntegerField(default=1, validators=[InputRequired()])
    access_level = SelectField(coerce=int, default=NONE)
    youngest = IntegerField(validators=[Optional()])
    oldest = IntegerField(validators=[Optional()])
    sold_online = BooleanField()
    taxed = BooleanField(default=True)
    class_ids = SelectMultipleField(coerce=int)
    version = HiddenField(default="1")

    def offer(self) -> None:
        """Fill the lists."""
        session = db.session()
        self.site_id.choices = [(NONE, _("The whole network")), *((row.id, row.name) for row in sites.sites(session))]
        self.legal_entity_id.choices = [(row.id, row.name) for row in sites.legal_entities(session)]
        self.lasts.choices = [
            (Lasts.MONTHS.value, _("months")),
            (Lasts.DAYS.value, _("days")),
            (Lasts.FIXED_DAY.value, _("until a day each year")),
        ]
        self.until_month.choices = list(month_names().items())
        self.covers.choices = [(item.value, words.covers(item)) for item in Covers]
        self.access_level.choices = [(NONE, "–"), *sites.access_levels(session).items()]
        self.class_ids.choices = [(row.id, row.name) for row in members.classes(session)]

    def card(self) -> KindCard:
        """What was written."""
        is_fixed = self.lasts.data == Lasts.FIXED_DAY
        return KindCard(
            name=self.name.data,
            legal_entity_id=self.legal_entity_id.data,
            site_id=self.site_id.data or None,
            description=self.description.data or "",
            lasts=self.lasts.data,
            length=None if is_fixed else self.length.data,
            until_month=self.until_month.data if is_fixed else None,
            until_day=self.until_day.data if is_fixed else None,
            next_within_weeks=self.next_within_weeks.data if is_fixed else 0,
            grace_days=self.grace_days.data,
            remind_days=self.remind_days.data or "",
            remind_at_end=self.remind_at_end.data,
            covers=self.covers.data,
            most_people=self.most_people.data,
            access_level=self.access_level.data or None,
            youngest=self.youngest.data,
            oldest=self.oldest.data,
            sold_online=self.sold_online.data,
            taxed=self.taxed.data,
            class_ids=tuple(self.class_ids.data),
        )


class MembershipPriceForm(LabForm):
    """So much, for a class or for everybody, from a day on."""

    class_id = SelectField(coerce=int, default=NONE)
    amount = StringField(validators=[InputRequired(), Length(max=20)])
    valid_from = DateField(validators=[InputRequired()])

    def offer(self) -> None:
        """Fill the list."""
        rows = members.classes(db.session())
        self.class_id.choices = [(NONE, _("Everybody")), *((row.id, row.name) for row in rows)]

    def cents(self) -> int | None:
        """The amount; None, and a word beside the field, if it is none."""
        try:
            return parse_cents(self.amount.data)
        except ValueError:
            self.amount.errors = [_("Write an amount like 3.50, with two decimals at most.")]
            return None


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind with the prices in force today, everybody's first."""

    kind: MembershipKind
    prices: list[MembershipPrice]


@screen.get("/memberships")
@access.needs(Role.TREASURER)
def page() -> str:
    """Every kind, and what it costs today."""
    session, now = db.session(), clock.now()
    rows = memberships.kinds(session)
    prices = memberships.prices_of(session, [row.id for row in rows])
    lines = [KindLine(row, _in_force(prices[row.id], now.astimezone(row.zone).date())) for row in rows]
    return render_template("memberships/kinds.html", lines=lines, classes=_class_names())


@screen.get("/memberships/kinds/new")
@access.needs(Role.ADMIN)
def new_page() -> str:
    """An empty card."""
    access.actor().needs_everywhere(Role.ADMIN)
    form = KindForm(formdata=None, remind_days="30, 7")
    form.offer()
    return render_template("memberships/new_kind.html", form=form)


@screen.post("/memberships/kinds/new")
@access.needs(Role.ADMIN)
def new() -> Response | tuple[str, int]:
    """Add a kind."""
    access.actor().needs_everywhere(Role.ADMIN)
    form = KindForm()
    form.offer()
    if form.validate():
        try:
            with transaction() as session:
                made = kinds.add_kind(session, access.actor(), form.card(), clock.now()).id
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The kind is there. Enter a price, so that it can be sold."), "ok")
            return redirect(url_for("memberships.kind", kind_id=made, _anchor="prices"))
    return render_template("memberships/new_kind.html", form=form), 422


@screen.get("/memberships/kinds/<row:kind_id>")
@access.needs(Role.TREASURER)
def kind(kind_id: int) -> str:
    """A kind's card and its prices."""
    return _show(kind_id)


@screen.post("/memberships/kinds/<row:kind_id>")
@access.needs(Role.ADMIN)
def edit(kind_id: int) -> Response | tuple[str, int]:
    """Change what is written."""
    access.actor().needs_everywhere(Role.ADMIN)
    form, status = KindForm(), 422
    form.offer()
    version = inputs.row_id(request.form.get("version")) or 0
    if form.validate():
        try:
            with transaction() as session:
                kinds.edit_kind(session, access.actor(), kind_id, form.card(), version, clock.now())
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
            form.version.data = str(memberships.kind(db.session(), kind_id).version)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("memberships.kind", kind_id=kind_id))
    return _show(kind_id, form=form), status


@screen.post("/memberships/kinds/<row:kind_id>/close")
@access.needs(Role.ADMIN)
def close(kind_id: int) -> Response | tuple[str, int]:
    """Sell it no more, or again."""
    version = inputs.row_id(request.form.get("version")) or 0
    try:
        with transaction() as session:
            kinds.close_kind(session, access.actor(), kind_id, "again" not in request.form, version, clock.now())
    except Conflict as conflict:
        return _show(kind_id, reasons=conflict.messages), 409
    flash(_("Saved."), "ok")
    return redirect(url_for("memberships.kind", kind_id=kind_id))


@screen.post("/memberships/kinds/<row:kind_id>/prices")
@access.needs(Role.TREASURER)
def add_price(kind_id: int) -> Response | tuple[str, int]:
    """Begin a price."""
    form = MembershipPriceForm()
    form.offer()
    access.actor().needs_for_entity(Role.TREASURER, memberships.kind(db.session(), kind_id).legal_entity_id)
    if form.validate() and (cents := form.cents()) is not None:
        card = MembershipPriceCard(
            class_id=form.class_id.data or None, valid_from=form.valid_from.data, amount_cents=cents
        )
        try:
            with transaction() as session:
                kinds.add_price(session, access.actor(), kind_id, card, clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The price is entered."), "ok")
            return redirect(url_for("memberships.kind", kind_id=kind_id, _anchor="prices"))
    return _show(kind_id, price_form=form), 422


def _written(row: MembershipKind) -> KindForm:
    """The form with what is written now."""
    card = kinds.card_of(row)
    form = KindForm(formdata=None, obj=card, version=str(row.version))
    form.offer()
    form.class_ids.data = list(card.class_ids)
    form.site_id.data, form.access_level.data = row.site_id or NONE, row.access_level or NONE
    form.until_month.data = row.until_month or 8
    form.remind_days.data = row.remind_days.replace(",", ", ")
    return form


def _show(
    kind_id: int,
    *,
    form: KindForm | None = None,
    price_form: MembershipPriceForm | None = None,
    reasons: list[str] | None = None,
) -> str:
    session, actor = db.session(), access.actor()
    row = memberships.kind(session, kind_id)
    if price_form is None:
        price_form = MembershipPriceForm(formdata=None)
        price_form.offer()
    today = clock.now().astimezone(row.zone).date()
    prices = memberships.prices_of(session, [row.id])[row.id]
    return render_template(
        "memberships/kind.html",
        kind=row,
        form=form or _written(row),
        price_form=price_form,
        reasons=reasons or [],
        prices=prices,
        in_force={price.id for price in _in_force(prices, today)},
        classes=_class_names(),
        today=today,
        is_admin=actor.may_everywhere(Role.ADMIN),
        is_treasurer=actor.may_for_entity(Role.TREASURER, row.legal_entity_id),
    )


def _in_force(prices: list[MembershipPrice], today: date) -> list[MembershipPrice]:
    """Of each class the latest that had begun; they come by class, the latest first."""
    found: dict[int | None, MembershipPrice] = {}
    for row in prices:
        if row.valid_from <= today:
            found.setdefault(row.class_id, row)
    return list(found.values())


def _class_names() -> dict[int, str]:
    return {row.id: row.name for row in members.classes(db.session())}
