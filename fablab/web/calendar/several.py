"""What the pages about several reservations share: the fields of a wish, a time on the wall, and what came of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from fablab.billing.charges import BILLED
from fablab.billing.prices import quote
from fablab.booking.models import Nature
from fablab.booking.policy import rows
from fablab.booking.several.steps import Step
from fablab.booking.suggesting import Slot
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.core.i18n import _, show_time
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.web.calendar import asking, offers
from fablab.web.calendar.asking import Asked, Questions
from fablab.web.ground import access, inputs, pickers


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a wish for several asks for besides when and what."""

    asked: Asked
    payers: list[offers.Choice]
    wards: list[offers.Choice]
    places: list[offers.Choice]
    questions: Questions
    natures: list[Nature]
    is_staff: bool
    may_override: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A day, a time on the wall, and a length, as they are typed."""

    day: str
    begins: str
    minutes: int

    def period(self, resource: Resource) -> Period:
        """The time that is meant, on the clock of the resource's site; Refused for one that it does not show."""
        start = inputs.wall_time(date.fromisoformat(self.day), self.begins, resource.site.zone)
        return Period(start, start + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One of several as a page shows it."""

    step: Step
    reasons: list[str]
    cents: int | None
    said: str
    """What giving it back costs; empty where it costs nothing."""
    slots: list[tuple[Slot, str, str]]
    """What would work instead, with the code of its resource and its words."""


def wall_of(fields: MultiDict[str, str], start: datetime, minutes: int, resource: Resource) -> Wall:
    """What the fields say, or what is there now."""
    local = start.astimezone(resource.site.zone)
    return Wall(
        day=inputs.day(fields.get("first_on"), local.date()).isoformat(),
        begins=(fields.get("begins") or f"{local:%H:%M}")[:5],
        minutes=inputs.minutes(fields.get("minutes"), minutes),
    )


def wall_minutes(period: Period, zone: ZoneInfo) -> int:
    """How much further the clock on the wall shows when it ends."""
    start, end = (moment.astimezone(zone).replace(tzinfo=None, fold=0) for moment in (period.start, period.end))
    return int((end - start).total_seconds()) // 60


def wall_time(text: str) -> time:
    """A time of day; Refused for what is none."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        message = _("“%(text)s” is not a time of day; a time looks like 14:30.", text=text[:40])
        raise Refused.because("time", message) from None


def terms_of(resource: Resource, asked: Asked, chosen: Iterable[Resource], steps: Sequence[Step]) -> Terms:
    """What to ask for a wish for these resources, and what was answered."""
    session, actor = db.session(), access.actor()
    around = [item for row in chosen for item in rows.rulings_on(session, row)]
    member = _member(resource, asked)
    is_staff = actor.may_at_site(Role.FABMANAGER, resource.site_id)
    against = [reason for step in steps for reason in step.reasons]
    return Terms(
        asked=asked,
        payers=pickers.payers(member.id, asked.payer),
        wards=pickers.wards(actor.member_id, asked.for_whom),
        places=offers.place_choices(resource.places, asked.places),
        questions=asking.questions(around, around),
        natures=list(Nature),
        is_staff=is_staff,
        may_override=is_staff and any(reason.overridable for reason in against),
    )


def shown(found: Sequence[Step], asked: Asked | None = None, resource: Resource | None = None) -> list[Shown]:
    """What came of each, with what it costs where somebody asks for it, and what would work."""
    wanted = {step.resource_id for step in found} | {slot.resource_id for step in found for slot in step.slots}
    known = catalog.resources_by_id(db.session(), wanted)
    member = _member(resource, asked) if resource is not None and asked is not None else None
    return [
        Shown(
            step=step,
            reasons=[reason.sentence for reason in step.reasons],
            cents=_cost(step, known[step.resource_id], member, asked),
            said=step.told.text,
            slots=[(slot, known[slot.resource_id].code, _label(slot, step)) for slot in step.slots],
        )
        for step in found
    ]


def _member(resource: Resource, asked: Asked) -> Member:
    """For whom it is; oneself while nobody we know is named."""
    try:
        return asking.member_of(resource, asked)
    except Refused:
        return members.member(db.session(), access.actor().member_id)


def _cost(step: Step, resource: Resource, member: Member | None, asked: Asked | None) -> int | None:
    if step.period is None or member is None or asked is None or asked.nature not in BILLED:
        return None
    price = quote(db.session(), resource, member, step.period.start)
    return price.amount_for(step.period.seconds) if price else None


def _label(slot: Slot, step: Step) -> str:
    when = offers.when(slot.period, step.zone, slot.period.start)
    if step.period and slot.period.start.astimezone(step.zone).date() != step.day:
        when = offers.when(slot.period, step.zone, step.period.start)
    if slot.resource_id != step.resource_id:
        return f"{slot.name} · {when}"
    return when or show_time(slot.period.start, step.zone)
