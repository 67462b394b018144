"""For staff: what stands against somebody, and placing and lifting holds, writing and withdrawing strikes."""

from datetime import date, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from fablab.booking.models import Reservation
from fablab.booking.suspending import suspend, touched
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import day_of
from fablab.core.refusals import Refused
from fablab.members.conduct import holds, queries, strikes, wording
from fablab.members.conduct.checks import LONGEST_REASON
from fablab.members.conduct.holds import HoldCard
from fablab.members.conduct.strikes import StrikeCard
from fablab.members.models import HoldKind, Role, StrikeKind
from fablab.sites.entities import CENTURY
from fablab.web.ground import access, inputs
from fablab.web.ground.forms import LabForm, area_field, text_field
from fablab.web.people.records import record_of
from fablab.web.places.hours import own_sites

screen = Blueprint("conduct", __name__)
NETWORK = 0


class HoldForm(LabForm):
    """Who may not use what, why, and until when."""

    kind = SelectField()
    site_id = SelectField(coerce=int)
    reason = area_field(LONGEST_REASON)
    first_on = DateField(validators=[Optional()])
    last_on = DateField(validators=[Optional()])

    def offer(self) -> None:
        """Fill the lists: only what this person may place, where they may."""
        actor, own = access.actor(), own_sites()
        kinds = [HoldKind.SUSPENDED, HoldKind.UNPAID, HoldKind.OTHER] if own else [HoldKind.UNPAID]
        self.kind.choices = [(kind.value, wording.hold_kind(kind)) for kind in kinds]
        network = [(NETWORK, _("The whole network"))] if holds.may_settle(actor, HoldKind.UNPAID, None) else []
        self.site_id.choices = [*((row.id, row.name) for row in own), *network]

    def card(self, member_id: int, now: datetime) -> HoldCard:
        """What was chosen; days are those of the site's clock.

        Raises:
            Refused: a day that is none of this century.
        """
        site_id = self.site_id.data or None
        zone = queries.zone_of(db.session(), site_id)
        first, last = _day(self.first_on.data), _day(self.last_on.data)
        is_later = first is not None and first > now.astimezone(zone).date()
        return HoldCard(
            member_id=member_id,
            kind=HoldKind(self.kind.data),
            reason=self.reason.data or "",
            site_id=site_id,
            starts_at=day_of(first, zone).start if first and is_later else None,
            ends_at=day_of(last, zone).end if last else None,
        )


class StrikeForm(LabForm):
    """What counts against somebody, and where."""

    kind = SelectField()
    site_id = SelectField(coerce=int)
    reason = text_field(LONGEST_REASON, needed=True)

    def offer(self) -> None:
        """Fill the lists: only where this person may strike."""
        everywhere = access.actor().may_everywhere(Role.ADMIN)
        self.kind.choices = [(kind.value, wording.strike_kind(kind)) for kind in reversed(StrikeKind)]
        network = [(NETWORK, _("The whole network"))] if everywhere else []
        self.site_id.choices = [*((row.id, row.name) for row in own_sites()), *network]


class WhyForm(LabForm):
    """Why something is taken back."""

    why = text_field(LONGEST_REASON, needed=True)


@screen.before_request
def only_staff() -> None:
    """Staff who look after people, hosts too, and treasurers; what each may do the services ask."""
    if not queries.looks_after(access.actor()):
        raise Forbidden


@screen.get("/people/<row:member_id>/conduct")
def page(member_id: int) -> str:
    """What stands against a person."""
    return _show(member_id)


@screen.post("/people/<row:member_id>/holds")
def place(member_id: int) -> Response | tuple[str, int]:
    """Place a hold; where it touches reservations, they are shown first, each to be kept or cancelled."""
    form, now = HoldForm(), clock.now()
    form.offer()
    _may_place()
    if form.validate():
        try:
            card = form.card(member_id, now)
            rows = touched(db.session(), access.actor(), card, now)
            if rows and not request.form.get("asked"):
                return _ask(member_id, card, rows)
            chosen = {row for text in request.form.getlist("cancel") if (row := inputs.row_id(text)) is not None}
            with transaction() as session:
                suspend(session, access.actor(), card, chosen, now)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Placed. The person gets a mail with the reason."), "ok")
            return redirect(url_for("conduct.page", member_id=member_id))
    return _show(member_id, hold_form=form), 422


@screen.post("/people/<row:member_id>/holds/<row:hold_id>/lift")
def lift(member_id: int, hold_id: int) -> Response | tuple[str, int]:
    """Let somebody use the lab again."""
    form = WhyForm()
    try:
        with transaction() as session:
            holds.lift_hold(session, access.actor(), hold_id, form.why.data or "", clock.now())
    except Refused as refused:
        return _show(member_id, refused.messages), 422
    flash(_("Lifted. The person gets a mail."), "ok")
    return redirect(url_for("conduct.page", member_id=member_id))


@screen.post("/people/<row:member_id>/strikes")
def strike(member_id: int) -> Response | tuple[str, int]:
    """Write a strike down."""
    form = StrikeForm()
    form.offer()
    _may_place()
    if form.validate():
        card = StrikeCard(
            member_id=member_id,
            kind=StrikeKind(form.kind.data),
            reason=form.reason.data,
            site_id=form.site_id.data or None,
        )
        try:
            with transaction() as session:
                strikes.strike(session, access.actor(), card, clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Written down. The person gets a mail with the reason."), "ok")
            return redirect(url_for("conduct.page", member_id=member_id))
    return _show(member_id, strike_form=form), 422


@screen.post("/people/<row:member_id>/strikes/<row:strike_id>/withdraw")
def withdraw(member_id: int, strike_id: int) -> Response | tuple[str, int]:
    """Take a strike back."""
    form = WhyForm()
    try:
        with transaction() as session:
            strikes.withdraw_strike(session, access.actor(), strike_id, form.why.data or "", clock.now())
    except Refused as refused:
        return _show(member_id, refused.messages), 422
    flash(_("Withdrawn. The person gets a mail."), "ok")
    return redirect(url_for("conduct.page", member_id=member_id))


def _may_place() -> None:
    """Hosts look only."""
    if not own_sites() and not queries.is_treasurer(access.actor()):
        raise Forbidden


def _day(day: date | None) -> date | None:
    if day is not None and not CENTURY[0] <= day <= CENTURY[1] - timedelta(days=1):
        raise Refused.because("day", _("Choose a day of this century."))
    return day


def _ask(member_id: int, card: HoldCard, rows: list[Reservation]) -> tuple[str, int]:
    """Which of the reservations that the hold touches are cancelled; nothing was placed yet."""
    fields = [(name, value) for name, value in request.form.items() if name not in ("csrf_token", "cancel")]
    person = record_of(access.actor(), member_id, clock.now()).person
    until = wording.until(card.ends_at, queries.zone_of(db.session(), card.site_id))
    template = "conduct/reservations.html"
    return render_template(template, member=person, rows=rows, fields=fields, card=card, until=until), 409


def _show(
    member_id: int,
    reasons: list[str] | None = None,
    *,
    hold_form: HoldForm | None = None,
    strike_form: StrikeForm | None = None,
) -> str:
    actor = access.actor()
    if hold_form is None:
        hold_form = HoldForm(formdata=None)
        hold_form.offer()
    if strike_form is None:
        strike_form = StrikeForm(formdata=None)
        strike_form.offer()
    return render_template(
        "conduct/person.html",
        record=record_of(actor, member_id, clock.now()),
        reasons=reasons or [],
        hold_form=hold_form,
        strike_form=strike_form,
        is_self=member_id == actor.member_id,
    )
