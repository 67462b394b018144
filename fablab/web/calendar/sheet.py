"""The booking sheet: what would be reserved, what it costs, what speaks against it; then the reservation itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.charges import BILLED
from fablab.billing.prices import Quote, quote
from fablab.booking import free_time, services
from fablab.booking.free_time import Availability
from fablab.booking.models import Nature
from fablab.booking.policy import rows
from fablab.booking.rules.judging import Ruling
from fablab.booking.suggesting import Slot, what_would_work
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period
from fablab.core.period import Period, day_of
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries as members
from fablab.members import rights
from fablab.members.conduct import policies, wording
from fablab.members.models import Role
from fablab.training import queries as training
from fablab.training.queries import Needed
from fablab.web.calendar import asking, offers
from fablab.web.calendar.asking import Asked, Questions
from fablab.web.calendar.onward import onward
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.errors import status_of

screen = Blueprint("sheet", __name__)


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
    elsewhere: list[tuple[Slot, str]]
    """The same on other machines, and how each is called."""
    rules: list[str]
    """The lab's own rules that hold for this, as sentences."""
    questions: Questions
    may_override: bool
    """Staff of the site may reserve it nevertheless, if they say why."""
    is_drawn: bool
    """A draw decides who has it, and one may say that one wishes for it."""
    gives_way: int
    """So many reservations of others would give way, since this member passes first."""
    certificates: list[Needed]
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
    now = clock.now()
    return _show(_sheet(resource, asking.asked(request.args, resource.site.zone, now), now))


@screen.post("/m/<code>/book")
def book(code: str) -> Response | tuple[str, int]:
    """Reserve; or the sheet again, with every reason why not and the nearest free times."""
    now = clock.now()
    resource = catalog.resource_by_code(db.session(), code)
    zone, name = resource.site.zone, resource.name
    asked = asking.asked(request.form, zone, now)
    try:
        if asked.trouble is not None:
            raise Refused([asked.trouble])
        wish = asking.wish_of(resource, asked, now, request.form.get("request_key") or None)
        with asking.naming(asked.companion, now), transaction() as session:
            period = services.book(session, access.actor(), wish, now).period
    except Refused as refused:
        return again(code, asked, now, refused.refusals), status_of(refused)
    flash(_("Reserved: %(machine)s, %(when)s", machine=name, when=show_period(period, zone)), "ok")
    return onward(url_for("day.page", d=period.start.astimezone(zone).date().isoformat()))


def again(code: str, asked: Asked, now: datetime, refusals: tuple[Refusal, ...]) -> str:
    """The sheet as it was filled in, with every reason why not."""
    return _show(_sheet(catalog.resource_by_code(db.session(), code), asked, now, refusals))


def _sheet(resource: Resource, asked: Asked, now: datetime, refusals: tuple[Refusal, ...] = ()) -> Sheet:
    session, actor = db.session(), access.actor()
    period, zone = asked.period(now), resource.site.zone
    reasons, member = list(refusals), members.member(session, actor.member_id)
    held: list[Ruling] = []
    gives_way = 0
    slots: list[Slot] = []
    try:
        member = asking.member_of(resource, asked)
        wish = asking.wish_of(resource, asked, now)
        if not refusals:
            # Who comes along is looked up when it is booked, not at each glance.
            wish = replace(wish, companion_id=None)
        verdict = services.verdict_on(session, actor, wish, now)
        against = [reason for reason in verdict.reasons if not asking.is_unanswered(reason, asked)]
        reasons, held, gives_way = reasons or against, verdict.rulings, verdict.gives_way
        slots = what_would_work(session, wish, now) if reasons else []
    except Refused as refused:
        reasons = reasons or list(refused.refusals)
    if asked.trouble is not None and not refusals:
        reasons.insert(0, asked.trouble)
    names, is_staff = rows.names(session), actor.may_at_site(Role.FABMANAGER, resource.site_id)
    price = quote(session, resource, member, period.start) if asked.nature in BILLED else None
    levels = rights.access_of(session, member.id, now)
    day = day_of(period.start.astimezone(zone).date(), zone)
    today = free_time.availability(session, [resource], day, now, levels, places=asked.places)[0]
    slot = resource.slot_minutes
    lengths = offers.durations(slot, offers.free_for(today.free, max(period.start, now)), asked.minutes)
    return Sheet(
        resource=resource,
        asked=asked,
        period=period,
        starts=_starts(today, asked, now),
        durations=offers.duration_choices(lengths, period.start, asked.minutes, zone, price),
        places=offers.place_choices(resource.places, asked.places),
        besides=[row.name for row in free_time.besides(session, resource)],
        payers=pickers.payers(member.id, asked.payer),
        wards=pickers.wards(actor.member_id, asked.for_whom),
        quote=price,
        cost_cents=price.amount_for(period.seconds) if price else None,
        reasons=reasons,
        was_refused=bool(refusals),
        nearest=[
            (item.period, offers.when(item.period, zone, period.start))
            for item in slots
            if item.resource_id == resource.id
        ],
        elsewhere=[(item, _named(item, resource)) for item in slots if item.resource_id != resource.id],
        rules=[item.sentence(names) for item in held],
        questions=asking.questions(held, rows.rulings_on(session, resource)),
        may_override=bool(reasons) and is_staff and all(reason.overridable for reason in reasons),
        is_drawn=any(reason.code in ("draw", "draw_most") for reason in reasons),
        gives_way=gives_way,
        deadline=_deadline(resource),
        certificates=training.needed_for(session, [resource])[resource.id],
        is_staff=is_staff,
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


def _named(slot: Slot, resource: Resource) -> str:
    """Another machine; with its site where that is another too."""
    return slot.name if slot.site_id == resource.site_id else f"{slot.name} · {slot.site}"


def _show(sheet: Sheet) -> str:
    template = "sheet/_sheet.html" if inputs.from_htmx() else "sheet/page.html"
    ids = [item.resource_id for item, _name in sheet.elsewhere]
    codes = {row.id: row.code for row in catalog.resources_by_id(db.session(), ids).values()}
    return render_template(template, sheet=sheet, resource=sheet.resource, natures=list(Nature), codes=codes)
