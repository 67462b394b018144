"""The rules of a site and of the network: read as sentences, added, tried, changed, ended."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fablab.booking.policy import rows, trying, writing
from fablab.booking.policy.trying import WouldRefuse
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules import catalogue, wording
from fablab.booking.rules.case import Names
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.scope import Scope
from fablab.booking.suggesting import Slot, what_would_work
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _, show_period
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs, pickers
from fablab.web.policy import fields, scopes, words

screen = Blueprint("booking_rules", __name__)
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rule as the page of rules shows it."""

    id: int
    kind: str
    title: str
    sentence: str
    where: str
    overridable: bool
    instead: bool
    may_edit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a draft would mean."""

    sentence: str
    where: str
    refused: list[WouldRefuse]
    count: int
    who: str = ""
    slots: list[tuple[Slot, str]] | None = None
    """When somebody could reserve with it; None where nobody was named."""


@screen.get("/booking-rules")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The rules in force, by what they are about."""
    session, actor = db.session(), access.actor()
    own = [row for row in sites.sites(session) if actor.may_at_site(Role.FABMANAGER, row.id)]
    site_id = inputs.row_id(request.args.get("site"))
    chosen = next((row for row in own if row.id == site_id), None)
    found = rows.standing(session, [chosen.id] if chosen else [row.id for row in own])
    names = rows.names(session)
    shown = [_shown(rows.ruling_of(row), names, row.site_id) for row in found]
    groups = [(title, [item for item in shown if item.kind in codes]) for title, codes in words.families()]
    return render_template(
        "policy/page.html", families=[group for group in groups if group[1]], sites=own, chosen=chosen
    )


@screen.get("/booking-rules/new")
@access.needs(Role.FABMANAGER)
def new_page() -> str:
    """Choose a kind; then its form."""
    code = request.args.get("kind", "")
    if code not in catalogue.KINDS:
        kinds = [(title, [(code, *words.kind(code)) for code in codes]) for title, codes in words.families()]
        return render_template("policy/kinds.html", kinds=kinds, site=request.args.get("site", ""))
    scope = Scope(site_id=_usual_site())
    return _form(code, None, {}, scopes.typed_of(scope), [])


@screen.post("/booking-rules/new")
@access.needs(Role.FABMANAGER)
def add() -> Response | tuple[str, int] | str:
    """Try it, or let it hold."""
    code = request.form.get("kind", "")
    catalogue.kind(code)
    return _written(code, None)


@screen.get("/booking-rules/<row:rule_id>")
@access.needs(Role.FABMANAGER)
def edit_page(rule_id: int) -> str:
    """What it says, in its form."""
    found = rows.row(db.session(), rule_id)
    ruling = rows.ruling_of(found)
    typed = scopes.typed_of(ruling.scope)
    typed["overridable"], typed["instead"] = ("yes" if flag else "" for flag in (ruling.overridable, ruling.instead))
    typed["note"], typed["version"] = ruling.note, str(found.version)
    return _form(found.kind, rule_id, catalogue.params_of(ruling.rule), typed, [])


@screen.post("/booking-rules/<row:rule_id>")
@access.needs(Role.FABMANAGER)
def edit(rule_id: int) -> Response | tuple[str, int] | str:
    """Try it, or let it say something else."""
    return _written(rows.row(db.session(), rule_id).kind, rule_id)


@screen.post("/booking-rules/<row:rule_id>/end")
@access.needs(Role.FABMANAGER)
def end(rule_id: int) -> Response:
    """Let it hold no longer."""
    with transaction() as session:
        writing.end(session, access.actor(), rule_id, clock.now())
    flash(_("The rule holds no longer. What is reserved stays as it is."), "ok")
    return redirect(url_for("booking_rules.page"))


def _written(code: str, rule_id: int | None) -> Response | tuple[str, int] | str:
    typed, now = request.form, clock.now()
    try:
        card = RuleCard(
            kind=code,
            params=fields.params_of(code, typed),
            scope=scopes.scope_of(typed),
            overridable=typed.get("overridable") == "yes",
            instead=typed.get("instead") == "yes",
            note=typed.get("note", "")[: writing.LONGEST_NOTE],
        )
        if typed.get("act") == "try":
            return _form(code, rule_id, {}, typed, [], _trial(card, rule_id, now))
        with transaction() as session:
            if rule_id is None:
                writing.add(session, access.actor(), card, now)
            else:
                version = inputs.row_id(typed.get("version")) or 0
                writing.edit(session, access.actor(), rule_id, card, version, now)
    except Refused as refused:
        return _form(code, rule_id, {}, typed, refused.messages), 409 if isinstance(refused, Conflict) else 422
    except NotFound:
        wrong = [_("Something that it names is not there any more. Choose again.")]
        return _form(code, rule_id, {}, typed, wrong), 422
    flash(_("The rule holds from now on. What is reserved stays as it is."), "ok")
    return redirect(url_for("booking_rules.page"))


def _trial(card: RuleCard, rule_id: int | None, now: datetime) -> Trial:
    """What a draft would say and refuse, and when somebody could reserve with it."""
    session = db.session()
    ruling, names = writing.checked(session, access.actor(), card), rows.names(session)
    found = trying.would_refuse(session, ruling, now)
    slots, who = None, request.form.get("who", "").strip()
    if who:
        slots = [
            (slot, show_period(slot.period, catalog.resource(session, slot.resource_id).site.zone))
            for slot in _slots(ruling, rule_id, who, now)
        ]
    where = wording.where(ruling.scope, names)
    sentence = ruling.sentence(names)
    return Trial(sentence=sentence, where=where, refused=found[:SHOWN], count=len(found), who=who, slots=slots)


def _slots(draft: Ruling, rule_id: int | None, who: str, now: datetime) -> list[Slot]:
    """When somebody could have a machine with the draft among the rules."""
    session = db.session()
    member = pickers.member_named(who)
    resource = catalog.resource(session, inputs.row_id(request.form.get("on")) or 0)
    access.actor().needs_at_site(Role.FABMANAGER, resource.site_id)
    others = [item for item in rows.rulings_at(session, [resource.site_id]) if item.id != rule_id]
    minutes = inputs.minutes(request.form.get("minutes_wished"), 60)
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    wish = Wish(
        resource_id=resource.id,
        period=Period(start - timedelta(seconds=1), start + timedelta(minutes=minutes, seconds=-1)),
        member_id=member.id,
    )
    found = what_would_work(session, wish, now, rulings=[*others, replace(draft, id=0)], most=6)
    return [slot for slot in found if slot.resource_id == resource.id]


def _usual_site() -> int | None:
    """The site that the address names, or one's only one."""
    session, actor = db.session(), access.actor()
    named = inputs.row_id(request.args.get("site"))
    if named or actor.may_everywhere(Role.ADMIN):
        return named
    return next((row.id for row in sites.sites(session) if actor.may_at_site(Role.FABMANAGER, row.id)), None)


def _shown(ruling: Ruling, names: Names, site_id: int | None) -> Shown:
    actor = access.actor()
    may = actor.may_everywhere(Role.ADMIN) if site_id is None else actor.may_at_site(Role.FABMANAGER, site_id)
    return Shown(
        id=ruling.id,
        kind=ruling.rule.code,
        title=words.kind(ruling.rule.code)[0],
        sentence=ruling.sentence(names),
        where=wording.where(ruling.scope, names),
        overridable=ruling.overridable,
        instead=ruling.instead,
        may_edit=may,
    )


def _pairs(found: Iterable[Any]) -> list[tuple[int, str]]:
    """Rows as choices."""
    return [(row.id, row.name) for row in found]


def _form(
    code: str,
    rule_id: int | None,
    params: dict[str, Any],
    typed: MultiDict[str, str],
    reasons: list[str],
    trial: Trial | None = None,
) -> str:
    session, actor = db.session(), access.actor()
    names = rows.names(session)
    own = [row for row in sites.sites(session) if actor.may_at_site(Role.FABMANAGER, row.id)]
    ids = {row.id for row in own}
    is_first = request.method == "GET"
    title, about = words.kind(code)
    return render_template(
        "policy/form.html",
        code=code,
        rule_id=rule_id,
        title=title,
        about=about,
        fields=fields.fields_of(code, None if is_first else typed, params, names),
        typed=typed,
        is_overridable=typed.get("overridable") == "yes" or (is_first and rule_id is None),
        windows=scopes.rows_of(typed),
        weekdays=[(day, wording.weekday(day)) for day in range(7)],
        roles=[(role.value, wording.role(role)) for role in Role],
        names=names,
        sites=own,
        of_network=actor.may_everywhere(Role.ADMIN),
        rooms=[row for row in sites.rooms(session) if row.site_id in ids],
        resources=[row for row in catalog.resources(session) if row.site_id in ids],
        categories=catalog.categories(session),
        reasons=reasons,
        trial=trial,
        pairs=_pairs,
    )
