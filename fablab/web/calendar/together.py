"""Several machines or spaces at one time: all of them or none; then what was reserved together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fablab.booking import queries as booking
from fablab.booking import telling
from fablab.booking.moving import Change
from fablab.booking.several import changing, queries, together
from fablab.booking.several.steps import Step
from fablab.booking.several.together import TogetherWish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, n_, show_period
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members.models import Role
from fablab.web.calendar import asking, several, terms
from fablab.web.calendar.asking import Asked
from fablab.web.calendar.several import Wall
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("together", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the form says."""

    asked: Asked
    wall: Wall
    ids: frozenset[int]

    def wish(self, resource: Resource, request_key: str | None = None) -> TogetherWish:
        """What it means; Refused for what cannot be meant."""
        wish = asking.wish_of(resource, self.asked, clock.now(), request_key)
        return TogetherWish(wish=replace(wish, period=self.wall.period(resource)), resource_ids=self.ids)


@screen.get("/m/<code>/together")
def page(code: str) -> str:
    """What can be had at that time besides; with what speaks against each once it was asked for."""
    resource = catalog.resource_by_code(db.session(), code)
    typed = _typed(request.args, resource)
    if not request.args.get("look"):
        return _show(code, typed, [], [])
    try:
        steps = _preview(code, typed)
    except Refused as refused:
        return _show(code, typed, refused.sentences, [])
    return _show(code, typed, [], steps)


@screen.post("/m/<code>/together")
def book(code: str) -> Response | tuple[str, int]:
    """Reserve all of them, or none: then the form again, with what speaks against each."""
    typed = _typed(request.form, catalog.resource_by_code(db.session(), code))
    try:
        with transaction() as session:
            wish = typed.wish(catalog.resource_by_code(session, code), request.form.get("request_key"))
            made = together.book(session, access.actor(), wish, clock.now())
            first, names = made[0].id, ", ".join(row.resource.name for row in made)
    except Refused as refused:
        return _refused(code, typed, refused)
    flash(_("Reserved together: %(machines)s", machines=names), "ok")
    return redirect(url_for("together.group", reservation_id=first))


@screen.get("/together/<row:reservation_id>")
def group(reservation_id: int) -> str:
    """A reservation and all that were made together with it."""
    return _show_group(reservation_id, [])


@screen.post("/together/<row:reservation_id>/move")
def move(reservation_id: int) -> Response | tuple[str, int]:
    """Give all of them another time, or none."""
    seen = booking.reservation_seen_by(db.session(), access.actor(), reservation_id)
    form, resource = request.form, seen.resource
    wall = several.wall_of(form, seen.starts_at, several.wall_minutes(seen.period, resource.site.zone), resource)
    try:
        period, said = wall.period(resource), line_of(form.get("reason", "")[:1000])
        wanted = Change(period=period, reason=said, version=inputs.row_id(form.get("version")) or 0)
        when = show_period(period, resource.site.zone)
        with transaction() as session:
            changing.change_together(session, access.actor(), reservation_id, wanted, clock.now())
    except Refused as refused:
        return _show_group(reservation_id, refused.sentences, wall), status_of(refused)
    flash(_("Moved together: %(when)s", when=when), "ok")
    return redirect(url_for("together.group", reservation_id=reservation_id))


@screen.post("/together/<row:reservation_id>/cancel")
def cancel(reservation_id: int) -> Response | tuple[str, int]:
    """Give all of them back."""
    agreed = terms.agreed_cents(request.form.get("agreed_cents"))
    try:
        with transaction() as session:
            done = changing.cancel_together(session, access.actor(), reservation_id, clock.now(), agreed_cents=agreed)
            count = len(done)
    except Refused as refused:
        return _show_group(reservation_id, refused.sentences), status_of(refused)
    flash(n_("%(count)s reservation was given back.", "%(count)s reservations were given back.", count), "ok")
    return redirect(url_for("together.group", reservation_id=reservation_id))


def _refused(code: str, typed: Typed, refused: Refused) -> tuple[str, int]:
    steps: list[Step] = []
    try:
        steps = _preview(code, typed)
    except Refused as again:
        refused = again
    return _show(code, typed, refused.sentences, steps), status_of(refused)


def _preview(code: str, typed: Typed) -> list[Step]:
    with transaction() as session:
        wish = typed.wish(catalog.resource_by_code(session, code))
        return together.preview(session, access.actor(), wish, clock.now())


def _typed(fields: MultiDict[str, str], resource: Resource) -> Typed:
    now = clock.now()
    asked = asking.asked(fields, resource.site.zone, now)
    wall = several.wall_of(fields, asking.begins(asked.start, now), asked.minutes, resource)
    ids = frozenset(found for text in fields.getlist("resource") if (found := inputs.row_id(text)))
    return Typed(asked=asked, wall=wall, ids=ids | {resource.id})


def _show(code: str, typed: Typed, reasons: list[str], steps: Sequence[Step]) -> str:
    session = db.session()
    resource = catalog.resource_by_code(session, code)
    others = [row for row in catalog.resources(session) if row.site_id == resource.site_id and row.id != resource.id]
    names = {row.id: row.name for row in catalog.categories(session)}
    groups = [
        (names[key], [row for row in others if row.category_id == key])
        for key in names
        if any(row.category_id == key for row in others)
    ]
    shown = several.shown(steps, typed.asked, resource)
    costs = [item.cents for item in shown if item.cents is not None]
    chosen = [row for row in others if row.id in typed.ids]
    return render_template(
        "several/together.html",
        resource=resource,
        typed=typed,
        besides=groups,
        opened={row.category_id for row in chosen},
        chosen=[resource, *chosen],
        reasons=reasons,
        steps=shown,
        all_possible=bool(steps) and not any(step.reasons for step in steps),
        cents=sum(costs) if costs else None,
        terms=several.terms_of(resource, typed.asked, [resource, *chosen], steps),
        request_key=str(uuid4()),
    )


def _show_group(reservation_id: int, reasons: list[str], wall: Wall | None = None) -> str:
    session, actor, now = db.session(), access.actor(), clock.now()
    rows = queries.together_with(session, actor, reservation_id)
    here = next(row for row in rows if row.id == reservation_id)
    zone = here.resource.site.zone
    to_come = [row for row in rows if queries.is_to_come(row, now)]
    told = {row.id: telling.before_cancelling(session, actor, row, now) for row in to_come}
    minutes = several.wall_minutes(here.period, zone)
    return render_template(
        "several/group.html",
        rows=rows,
        here=here,
        zone=zone,
        to_come={row.id for row in to_come},
        told=told,
        cents=sum(item.cost.cents for item in told.values()),
        wall=wall or several.wall_of(MultiDict(), here.starts_at, minutes, here.resource),
        reasons=reasons,
        is_staff=actor.may_at_site(Role.FABMANAGER, here.resource.site_id),
    )
