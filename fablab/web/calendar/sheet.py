"""The booking sheet: what would be reserved, what it costs, what speaks against it; then the reservation itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from fablab.billing.charges import BILLED
from fablab.billing.prices import Quote, quote
from fablab.booking import queries as booking
from fablab.booking import services
from fablab.booking.models import Nature, Reservation
from fablab.booking.queries import Availability
from fablab.booking.services import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period
from fablab.core.period import Period, day_of
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import queries as members
from fablab.members.conduct import policies, wording
from fablab.members.models import Member, Role
from fablab.members.queries import Access
from fablab.training import queries as training
from fablab.training.models import Course
from fablab.web.calendar import offers
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.filters import utc

screen = Blueprint("sheet", __name__)
DEFAULT_MINUTES = 60
LOOK_AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the sheet was asked for: by its link, or by its form."""

    start: str
    minutes: int
    payer: str
    for_whom: str
    nature: Nature
    places: int = 1

    def period(self, now: datetime) -> Period:
        """The time that is wanted; "now" begins with the present minute."""
        start = now.replace(second=0, microsecond=0) if self.start == offers.NOW else inputs.instant(self.start)
        return Period(start, start + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that the sheet shows."""

    resource: Resource
    asked: Asked
    period: Period
    starts: list[offers.Choice]
    durations: list[offers.Choice]
    places: list[offers.Choice]
    """How many places to choose from; empty where there is only one."""
    besides: list[str]
    """What the reservation takes besides."""
    payers: list[offers.Choice]
    wards: list[offers.Choice]
    """For whom a guardian may reserve; empty for everybody else."""
    quote: Quote | None
    cost_cents: int | None
    reasons: list[Refusal]
    was_refused: bool
    nearest: list[tuple[Period, str]]
    certificates: list[Course]
    deadline: str
    """How long before it can be given back without a strike; empty where that is at any time."""
    is_staff: bool
    request_key: str

    @property
    def zone(self) -> ZoneInfo:
        """The clock on the workshop's wall."""
        return self.resource.site.zone


@screen.get("/m/<code>/book")
def page(code: str) -> str:
    """The sheet, as a page or as what a dialog shows."""
    resource = catalog.resource_by_code(db.session(), code)
    return _show(_sheet(resource, _asked(request.args), clock.now()))


@screen.post("/m/<code>/book")
def book(code: str) -> Response | tuple[str, int]:
    """Reserve; or the sheet again, with every reason why not and the nearest free times."""
    now = clock.now()
    resource = catalog.resource_by_code(db.session(), code)
    asked = _asked(request.form)
    try:
        wish = _wish(resource, asked, now, request.form.get("request_key") or None)
        with transaction() as session:
            reservation = services.book(session, access.actor(), wish, now)
    except Refused as refused:
        resource = catalog.resource_by_code(db.session(), code)
        sheet = _sheet(resource, asked, now, refused.refusals)
        return _show(sheet), 409 if isinstance(refused, Conflict) else 422
    zone = resource.site.zone
    flash(_("Reserved: %(machine)s, %(when)s", machine=resource.name, when=show_period(reservation.period, zone)), "ok")
    return _onward(reservation, zone)


def _asked(fields: MultiDict[str, str]) -> Asked:
    start = fields.get("start") or offers.NOW
    if start != offers.NOW:
        start = utc(inputs.instant(start))
    nature = fields.get("nature") or Nature.MEMBER
    if nature not in list(Nature):
        raise BadRequest(_("This nature of use is not known."))
    return Asked(
        start=start,
        minutes=inputs.minutes(fields.get("minutes"), DEFAULT_MINUTES),
        payer=fields.get("payer") or "",
        for_whom=(fields.get("for_whom") or "").strip(),
        nature=Nature(nature),
        places=inputs.count(fields.get("places")),
    )


def _wish(resource: Resource, asked: Asked, now: datetime, request_key: str | None = None) -> Wish:
    """The wish that the sheet stands for; Refused if it is for nobody we know."""
    account_id, project_id = pickers.payer(asked.payer)
    member = _member(resource, asked)
    return Wish(
        resource_id=resource.id,
        period=asked.period(now),
        member_id=member.id,
        account_id=account_id,
        project_id=project_id,
        nature=asked.nature,
        places=asked.places,
        request_key=request_key[:100] if request_key else None,
    )


def _member(resource: Resource, asked: Asked) -> Member:
    """For whom: oneself, one's ward, or the one whom staff named; nobody else learns here who is a member."""
    if asked.for_whom.startswith(pickers.WARD):
        return pickers.ward_chosen(asked.for_whom)
    if asked.for_whom:
        access.actor().needs_at_site(Role.FABMANAGER, resource.site_id)
        return pickers.member_named(asked.for_whom)
    return members.member(db.session(), access.actor().member_id)


def _sheet(resource: Resource, asked: Asked, now: datetime, refusals: tuple[Refusal, ...] = ()) -> Sheet:
    session, actor = db.session(), access.actor()
    period, zone = asked.period(now), resource.site.zone
    reasons, member = list(refusals), members.member(session, actor.member_id)
    try:
        member = _member(resource, asked)
        if not refusals:
            reasons = services.reasons_against(session, actor, _wish(resource, asked, now), now)
    except Refused as refused:
        reasons = reasons or list(refused.refusals)
    price = quote(session, resource, member, period.start) if asked.nature in BILLED else None
    levels = members.access_of(session, member.id, now)
    day = day_of(period.start.astimezone(zone).date(), zone)
    today = booking.availability(session, [resource], day, now, levels, places=asked.places)[0]
    slot = resource.slot_minutes
    lengths = offers.durations(slot, offers.free_for(today.free, max(period.start, now)), asked.minutes)
    return Sheet(
        resource=resource,
        asked=asked,
        period=period,
        starts=_starts(today, asked, now),
        durations=offers.duration_choices(lengths, period.start, asked.minutes, zone, price),
        places=offers.place_choices(resource.places, asked.places),
        besides=[row.name for row in booking.besides(session, resource)],
        payers=pickers.payers(member.id, asked.payer),
        wards=pickers.wards(actor.member_id, asked.for_whom),
        quote=price,
        cost_cents=price.amount_for(period.seconds) if price else None,
        reasons=reasons,
        was_refused=bool(refusals),
        nearest=_nearest(resource, asked, levels, now) if reasons else [],
        deadline=_deadline(resource),
        certificates=training.needed_for(session, [resource])[resource.id],
        is_staff=actor.may_at_site(Role.FABMANAGER, resource.site_id),
        request_key=str(uuid4()),
    )


def _deadline(resource: Resource) -> str:
    minutes = policies.rules_of(policies.policy_at(db.session(), resource.site_id)).cancel_minutes
    return wording.deadline(minutes) if minutes is not None else ""


def _starts(today: Availability, asked: Asked, now: datetime) -> list[offers.Choice]:
    zone = today.resource.site.zone
    found = offers.starts(today.free, today.open, today.resource.slot_minutes)
    now_too = any(part.contains(now) for part in today.free)
    return offers.start_choices(found, asked.start, now, zone, now_too=now_too)


def _nearest(resource: Resource, asked: Asked, levels: Access, now: datetime) -> list[tuple[Period, str]]:
    wanted, zone = asked.period(now), resource.site.zone
    # From a midnight on, so that the starts on offer are those of the calendar.
    first = day_of(max(now, wanted.start - LOOK_AHEAD).astimezone(zone).date(), zone).start
    around = Period(first, max(now, wanted.start) + LOOK_AHEAD)
    facts = booking.availability(db.session(), [resource], around, now, levels, places=asked.places)[0]
    found = offers.nearest(facts.free, facts.open, wanted, resource.slot_minutes)
    return [(period, offers.when(period, zone, wanted.start)) for period in found]


def _show(sheet: Sheet) -> str:
    template = "sheet/_sheet.html" if inputs.from_htmx() else "sheet/page.html"
    return render_template(template, sheet=sheet, resource=sheet.resource, natures=list(Nature))


def _onward(reservation: Reservation, zone: ZoneInfo) -> Response:
    """To the day of the reservation; from a dialog, to the page that it lies on."""
    day = reservation.starts_at.astimezone(zone).date().isoformat()
    target = url_for("day.page", d=day)
    if not inputs.from_htmx():
        return redirect(target)
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    own = access.own_path(f"{page.path}?{page.query}".rstrip("?"))
    stays = own is not None and not page.path.endswith("/book")
    response = make_response("", 200)
    response.headers["HX-Redirect"] = own if own and stays else target
    return response
