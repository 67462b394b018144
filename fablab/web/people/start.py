"""The first steps of a new lab, for its administrator: hours, machines, a price, a course, an invitation."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.prices import prices_on
from fablab.billing.services import PriceCard, add_price
from fablab.catalog import queries as catalog
from fablab.catalog.models import Category
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.refusals import Refusal, Refused
from fablab.members import invitations
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.sites import timetables, timetabling
from fablab.sites.hours import Opening
from fablab.sites.models import OpeningHours, Site
from fablab.sites.timetabling import SeasonCard
from fablab.sites.wording import hours_between, show_weekday
from fablab.training import queries as training
from fablab.training.services import add_course
from fablab.web.ground import access, inputs
from fablab.web.places import changing

screen = Blueprint("start", __name__)
LINES = 3
DEAREST = 100_000_000
"""Cents an hour: what nobody means."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps: where it is done, and whether it was."""

    endpoint: str
    label: str
    done: bool

    @property
    def href(self) -> str:
        return url_for(self.endpoint)


@screen.before_request
def only_administrators() -> Response | None:
    """All of this is for administrators of the network; without a site and somebody who invoices, they begin there."""
    access.actor().needs_everywhere(Role.ADMIN)
    if not (sites.sites(db.session()) and sites.legal_entities(db.session())):
        flash(_("Begin with a site and with who invoices."), "info")
        return redirect(url_for("network.page"))
    return None


@screen.get("/start")
def page() -> str:
    """What is done and what comes next."""
    return render_template("start/page.html", steps=steps())


@screen.get("/start/hours")
def hours_page() -> Response | str:
    """The week's hours; those that this form cannot show are changed on their own screen, and not lost here."""
    site = _site()
    openings = _openings(site)
    if not _is_simple(openings):
        return redirect(url_for("hours.site", site_id=site.id))
    rows = dict.fromkeys(range(7), ("", ""))
    for row in openings:
        rows[row.weekday] = (_clock(row.opens), _clock(row.closes))
    return render_template("start/hours.html", site=site, rows=rows, names=_weekdays(), reasons_shown=[])


@screen.post("/start/hours")
def hours() -> Response | tuple[str, int]:
    """Write the week's hours; a day without times is closed."""
    site = _site()
    table = timetables.main_row(db.session(), site.id)
    if table is None or not _is_simple(_openings(site)):
        return redirect(url_for("hours.site", site_id=site.id))
    season = timetables.seasons_of(db.session(), table.id)[0][0]
    rows = {day: _typed(f"opens-{day}", f"closes-{day}") for day in range(7)}
    try:
        openings = tuple(opening for day, typed in rows.items() if (opening := _opening(day, *typed)))
        verb, card = timetabling.write_season, SeasonCard(openings=openings)
        back, reason = url_for("start.hours_page"), _("Other opening hours")
        asking = changing.make(site.id, back, verb, table.id, season.id, card, table.version, reason=reason)
    except Refused as refused:
        told = refused.messages
        return (
            render_template("start/hours.html", site=site, rows=rows, names=_weekdays(), reasons_shown=told),
            422,
        )
    return asking or _next("start.machines_page")


@screen.get("/start/machines")
def machines_page() -> str:
    """Three machines to begin with."""
    return _machines([("", "")] * LINES, [])


@screen.post("/start/machines")
def machines() -> Response | tuple[str, int]:
    """Add those that have a name, all or none."""
    typed = list(zip(request.form.getlist("name"), request.form.getlist("category"), strict=False))[:20]
    wanted = [(name.strip()[:120], category) for name, category in typed if name.strip()]
    try:
        if not wanted:
            raise Refused.because("name_missing", _("Write the name of one machine at least."))
        with transaction() as session:
            for name, category in wanted:
                card = ResourceCard(name=name, category_id=inputs.row_id(category) or 0, site_id=_site().id)
                add_resource(session, access.actor(), card, clock.now())
    except Refused as refused:
        return _machines(typed, refused.messages), 422
    return _next("start.price_page")


@screen.get("/start/price")
def price_page() -> str:
    """A price for each category that has machines."""
    return _price({}, [])


@screen.post("/start/price")
def price() -> Response | tuple[str, int]:
    """Begin the prices that were written, today, VAT included."""
    typed = {row.id: (request.form.get(f"amount-{row.id}") or "").strip() for row in _used_categories()}
    entity = sites.legal_entities(db.session())[0]
    today = clock.now().astimezone(entity.zone).date()
    try:
        cents = {key: _cents(text) for key, text in typed.items() if text}
        if not cents:
            raise Refused.because("amount_missing", _("Write one price at least; 0 is free of charge."))
        with transaction() as session:
            for key, amount in cents.items():
                card = PriceCard(
                    legal_entity_id=entity.id,
                    category_id=key,
                    class_id=None,
                    valid_from=today,
                    amount_cents=amount,
                    per_seconds=3600,
                )
                add_price(session, access.actor(), card, clock.now())
    except Refused as refused:
        return _price(typed, refused.messages), 422
    return _next("start.course_page")


@screen.get("/start/course")
def course_page() -> str:
    """One course, and what it opens."""
    return _course("", set(), [])


@screen.post("/start/course")
def course() -> Response | tuple[str, int]:
    """Add it."""
    name = (request.form.get("name") or "").strip()[:120]
    chosen = {key for text in request.form.getlist("category") if (key := inputs.row_id(text))}
    known = {row.id for row in catalog.categories(db.session())}
    try:
        reasons = []
        if not name:
            reasons.append(Refusal("name_missing", _("A course needs a name.")))
        if not chosen or chosen - known:
            reasons.append(Refusal("category", _("Tick what its certificate opens.")))
        if name in {row.name for row in training.courses(db.session())}:
            reasons.append(Refusal("name_taken", _("There is a course of that name already.")))
        if reasons:
            raise Refused(reasons)
        with transaction() as session:
            add_course(session, name, category_ids=tuple(sorted(chosen)))
    except Refused as refused:
        return _course(name, chosen, refused.messages), 422
    return _next("invitations.page")


def steps() -> list[Step]:
    """The first steps, in order."""
    session, now = db.session(), clock.now()
    places = sites.sites(session)
    table = timetables.main_row(session, places[0].id) if places else None
    has_hours = table is not None and table.version > 1
    return [
        Step("start.hours_page", _("Opening hours"), has_hours),
        Step("start.machines_page", _("Machines"), bool(catalog.resources(session))),
        Step("start.price_page", _("A price"), bool(prices_on(session, (now + timedelta(days=1)).date()))),
        Step("start.course_page", _("A course"), bool(training.courses(session))),
        Step("invitations.page", _("An invitation"), bool(invitations.open_invitations(session, now))),
    ]


def _site() -> Site:
    return sites.sites(db.session())[0]


def _next(endpoint: str) -> Response:
    flash(_("Saved."), "ok")
    return redirect(url_for(endpoint))


def _typed(opens: str, closes: str) -> tuple[str, str]:
    return (request.form.get(opens) or "").strip()[:5], (request.form.get(closes) or "").strip()[:5]


def _opening(day: int, opens: str, closes: str) -> Opening | None:
    if not opens and not closes:
        return None
    between = hours_between(opens, closes)
    if between is None:
        text = _("%(day)s: write both times like 09:00 and 18:00, or none.", day=_weekdays()[day])
        raise Refused.because("hours", text)
    return Opening(day, *between)


def _openings(site: Site) -> list[OpeningHours]:
    table = timetables.main_row(db.session(), site.id)
    return timetables.seasons_of(db.session(), table.id)[0][1] if table else []


def _is_simple(openings: list[OpeningHours]) -> bool:
    """Tell whether the form can show them all: one a day at most, every week, for everybody, without staff."""
    special = any(row.staff or row.level or row.alone is not None or row.nth is not None for row in openings)
    return not special and len({row.weekday for row in openings}) == len(openings)


def _weekdays() -> list[str]:
    return [show_weekday(day) for day in range(7)]


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _cents(text: str) -> int:
    try:
        cents = parse_cents(text)
    except ValueError:
        cents = -1
    if not 0 <= cents < DEAREST:
        raise Refused.because("amount", _("“%(text)s” is not an amount; one looks like 3,50.", text=text[:40]))
    return cents


def _machines(typed: list[tuple[str, str]], told: list[str]) -> str:
    there = catalog.resources(db.session())
    categories = catalog.categories(db.session())
    return render_template("start/machines.html", typed=typed, there=there, categories=categories, reasons_shown=told)


def _used_categories() -> list[Category]:
    rows = {row.category_id: row.category for row in catalog.resources(db.session())}
    return list(rows.values()) or catalog.categories(db.session())


def _price(typed: dict[int, str], told: list[str]) -> str:
    return render_template("start/price.html", categories=_used_categories(), typed=typed, reasons_shown=told)


def _course(name: str, chosen: set[int], told: list[str]) -> str:
    return render_template(
        "start/course.html",
        name=name,
        chosen=chosen,
        categories=catalog.categories(db.session()),
        courses=training.courses(db.session()),
        reasons_shown=told,
    )
