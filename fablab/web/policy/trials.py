"""What rules would mean before they hold: whom they would have refused, and what somebody could reserve with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest

from fablab.booking import services
from fablab.booking.policy import rows, trying
from fablab.booking.policy.trying import WouldRefuse
from fablab.booking.rules.case import Names
from fablab.booking.rules.judging import Ruling
from fablab.booking.suggesting import what_would_work
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db
from fablab.core.i18n import _, show_period
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.members.models import Role
from fablab.web.ground import access, inputs, pickers
from fablab.web.policy import fields as forms
from fablab.web.policy.fields import Field, Sent, Typed
from fablab.web.policy.places import Place, place_named, places
from fablab.web.policy.scopes import chips

screen = Blueprint("rule_trials", __name__)
PREFIX = "t-"
SHOWN = 20
SLOTS = 5
LONGEST_TRIED = 31 * 1440
TERMS = frozenset(
    (
        *("check_in", "cancellation", "extension", "moves", "hand_over", "review", "exempt", "over_closing"),
        *("waiting", "priority", "late_return"),
    )
)
"""Kinds that speak against no reservation, or seldom: they say on which terms it is had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody could reserve: their wish, what speaks against it, and the next times that would be granted."""

    who: str
    what: str
    when: str
    reasons: list[Refusal]
    slots: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one rule would mean."""

    sentence: str
    chips: list[tuple[str, str]]
    refuses: bool
    """It is of a kind that speaks against wishes."""
    refused: list[WouldRefuse]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What rules would mean together."""

    meanings: list[Meaning]
    answer: Answer | None = None


@screen.get("/booking-rules/try")
@access.needs(Role.FABMANAGER)
def page() -> tuple[str, int] | str:
    """What somebody could reserve with the rules as they are."""
    place = place_named(request.args.get("site"))
    fields, wrong = trial_fields(place), dict[str, str]()
    asked = "t-who" in request.args
    typed = forms.sent(fields, request.args, PREFIX) if asked else forms.blank(fields)
    found = answer(fields, typed, [], None, wrong) if asked else None
    if asked and not typed["who"]:
        wrong.setdefault("t-who", _("Name somebody."))
    shown = render_template(
        "policy/try.html",
        places=places(),
        place=place,
        fields=fields,
        typed=typed,
        wrong=wrong,
        answer=found,
        suggested=pickers.suggestions(),
    )
    return (shown, 422) if wrong else shown


def trial_fields(place: Place) -> list[Field]:
    """For whom, on what, when and how long rules are tried."""
    things = [(str(row.id), row.name) for row in _things(place)]
    tomorrow = clock.now().date() + timedelta(days=1)
    return [
        Field(name="who", label=_("Who"), hint=_("A member, by name or e-mail address."), shape="text"),
        Field(name="on", label=_("Machine or space"), shape="choice", unit="id", options=things),
        Field(name="day", label=_("Day"), shape="date", default=tomorrow.isoformat()),
        Field(name="at", label=_("From what time"), shape="text", unit="clock", default=600),
        Field(
            name="long",
            label=_("How long"),
            hint=_("Such as 1 h 30."),
            shape="text",
            unit="minutes",
            least=5,
            most=LONGEST_TRIED,
            default=60,
        ),
        Field(name="job", label=_("What for"), hint=_("Where the rules ask for it."), shape="text", longest=60),
        Field(name="guests", label=_("Guests"), shape="text", unit="count", least=0, most=1000),
    ]


def sent_trial(fields: Sequence[Field], form: Sent) -> Typed:
    """What was sent; a form without these fields is blank."""
    return forms.sent(fields, form, PREFIX) if f"{PREFIX}who" in form else forms.blank(fields)


def meaning(ruling: Ruling, names: Names, now: datetime) -> Meaning:
    """What a draft would say, and which reservations to come it would have refused; none of them is touched."""
    found = trying.would_refuse(db.session(), ruling, now)
    refuses = ruling.rule.code not in TERMS
    said = f"{ruling.rule.words(names)} {ruling.note}".strip()
    about = chips(ruling.scope, names)
    return Meaning(sentence=said, chips=about, refuses=refuses, refused=found[:SHOWN], count=len(found))


def answer(
    fields: Sequence[Field], typed: Typed, drafts: Iterable[Ruling], replaced: int | None, wrong: dict[str, str]
) -> Answer | None:
    """What somebody could reserve with some drafts among the rules; None where nobody is named or something cannot be
    read, which goes into `wrong`.
    """
    values = forms.params_of(fields, typed, wrong, PREFIX)
    if not typed["who"] or any(key.startswith(PREFIX) for key in wrong):
        return None
    session, now = db.session(), clock.now()
    resource = catalog.resource(session, values["on"])
    access.actor().needs_at_site(Role.FABMANAGER, resource.site_id)
    try:
        member = pickers.member_named(typed["who"])
    except Refused as refused:
        wrong[f"{PREFIX}who"] = " ".join(refused.messages)
        return None
    period = _period(resource, values, wrong)
    if period is None:
        return None
    wish = Wish(
        resource_id=resource.id,
        period=period,
        member_id=member.id,
        job=values["job"],
        guests=values["guests"] or 0,
    )
    rulings, zone = rows.rulings_with(session, drafts, replaced=replaced), resource.site.zone
    reasons = services.why_not(session, access.actor(), wish, now, rulings=rulings)
    slots = what_would_work(session, wish, now, rulings=rulings, most=SLOTS)
    here = [slot.period for slot in slots if slot.resource_id == resource.id]
    return Answer(
        who=member.name,
        what=resource.name,
        when=show_period(period, zone),
        reasons=list(dict.fromkeys(reasons)),
        slots=[show_period(period, zone) for period in sorted(here)],
    )


def _period(resource: Resource, values: dict[str, Any], wrong: dict[str, str]) -> Period | None:
    """The wished time on the clock of the resource's site."""
    day: date | None = values["day"]
    minute, minutes = values["at"] or 0, values["long"]
    try:
        on = inputs.day(day.isoformat() if day else None, clock.now().astimezone(resource.site.zone).date())
        start = inputs.wall_time(on, f"{minute // 60 % 24:02d}:{minute % 60:02d}", resource.site.zone)
    except BadRequest as bad:
        wrong[f"{PREFIX}day"] = str(bad.description)
        return None
    except Refused as refused:
        wrong[f"{PREFIX}at"] = " ".join(refused.messages)
        return None
    return Period(start, start + timedelta(minutes=minutes))


def _things(place: Place) -> list[Resource]:
    session, own = db.session(), {item.site_id for item in places()}
    found = catalog.resources(session, site_id=place.site_id)
    return [row for row in found if row.site_id in own]
