"""A weekly series: its times, moving one, the following or all of them, and giving them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fablab.booking.models import Reservation, ReservationSeries
from fablab.booking.several import changing, queries, series
from fablab.booking.several import steps as several_steps
from fablab.booking.several.changing import Scope, Wanted, Which
from fablab.booking.several.pattern import Shift, sentence
from fablab.booking.several.steps import Step
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _, n_
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members.models import Role
from fablab.web.calendar import several, terms
from fablab.web.calendar.several import Wall
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("series", __name__, url_prefix="/series")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A series, its reservations, and the one that a change begins with: the one named, or the first to come."""

    series: ReservationSeries
    rows: list[Reservation]
    to_come: list[Reservation]
    first: Reservation | None
    is_staff: bool


@screen.get("/<row:series_id>")
def page(series_id: int) -> str:
    """Its times, and what became of each."""
    found = _found(series_id, request.args)
    return render_template(
        "several/series.html",
        found=found,
        sentence=sentence(series.pattern_of(found.series)),
        zone=found.series.resource.site.zone,
        now=clock.now(),
    )


@screen.get("/<row:series_id>/change")
def change_page(series_id: int) -> str:
    """The form, with what holds now."""
    found = _found(series_id, request.args)
    return _show_change(found, _wall(found, MultiDict()), [], [], found.series.version)


@screen.post("/<row:series_id>/change")
def change(series_id: int) -> Response | tuple[str, int] | str:
    """Look what would come of it, or do it: all of it, or what can be done."""
    form, now = request.form, clock.now()
    found = _found(series_id, form)
    wall, version = _wall(found, form), inputs.row_id(form.get("version")) or 0
    try:
        which, wanted = _which(form, version), _wanted(found, wall)
        with transaction() as session:
            if form.get("do") not in ("all", "rest"):
                steps = changing.preview_change(session, access.actor(), series_id, which, wanted, now)
            else:
                done = changing.change(session, access.actor(), series_id, which, wanted, now)
                steps = [step for step in done if not step.reasons]
    except Refused as refused:
        return _refused_change(series_id, wall, refused)
    if form.get("do") not in ("all", "rest"):
        return _show_change(_found(series_id, form), wall, [], steps, version)
    flash(n_("%(count)s reservation was changed.", "%(count)s reservations were changed.", len(steps)), "ok")
    return redirect(url_for("series.page", series_id=series_id))


@screen.get("/<row:series_id>/cancel")
def cancel_page(series_id: int) -> str:
    """What would be given back, and what that costs."""
    return _show_cancel(series_id, request.args, [])


@screen.post("/<row:series_id>/cancel")
def cancel(series_id: int) -> Response | tuple[str, int]:
    """Give them back."""
    form = request.form
    try:
        with transaction() as session:
            which = _which(form, inputs.row_id(form.get("version")) or 0)
            reason = line_of(form.get("reason", "")[:1000])
            rest = form.get("do") == "rest"
            actor, now = access.actor(), clock.now()
            agreed = terms.agreed_cents(form.get("agreed_cents"))
            done = changing.cancel(session, actor, series_id, which, now, reason=reason, rest=rest, agreed_cents=agreed)
            count = sum(not step.reasons for step in done)
    except Refused as refused:
        return _show_cancel(series_id, form, refused.sentences), status_of(refused)
    flash(n_("%(count)s reservation was given back.", "%(count)s reservations were given back.", count), "ok")
    return redirect(url_for("series.page", series_id=series_id))


def _found(series_id: int, fields: MultiDict[str, str]) -> Found:
    session, actor, now = db.session(), access.actor(), clock.now()
    row = queries.series_seen_by(session, actor, series_id)
    rows = queries.reservations_of(session, actor, series_id)
    to_come = [item for item in rows if queries.is_to_come(item, now)]
    named = inputs.row_id(fields.get("from"))
    first = next((item for item in rows if item.id == named), None)
    if named is not None and first is None:
        raise NotFound(f"reservation {named} of the series")
    is_staff = actor.may_at_site(Role.FABMANAGER, row.resource.site_id)
    return Found(series=row, rows=rows, to_come=to_come, first=first or next(iter(to_come), None), is_staff=is_staff)


def _scope(fields: MultiDict[str, str]) -> Scope:
    text = fields.get("scope") or (Scope.FOLLOWING if fields.get("from") else Scope.ALL)
    return Scope(text) if text in list(Scope) else Scope.ONE


def _which(fields: MultiDict[str, str], version: int | None = None) -> Which:
    return Which(scope=_scope(fields), reservation_id=inputs.row_id(fields.get("from")), version=version)


def _wall(found: Found, fields: MultiDict[str, str]) -> Wall | None:
    """What is typed for the one that the change begins with; None if there is none."""
    if found.first is None:
        return None
    minutes = several.wall_minutes(found.first.period, found.first.resource.site.zone)
    return several.wall_of(fields, found.first.starts_at, minutes, found.first.resource)


def _wanted(found: Found, wall: Wall | None) -> Wanted:
    """How far what is typed lies from what is there, on the clock on the wall."""
    if wall is None or found.first is None:
        raise Refused.because("nothing_left", _("None of these is still to come."))
    zone = found.first.resource.site.zone
    start = found.first.starts_at.astimezone(zone).replace(tzinfo=None, fold=0)
    begins = datetime.combine(date.fromisoformat(wall.day), several.wall_time(wall.begins))
    resource_id = inputs.row_id(request.form.get("resource"))
    shift = Shift(
        minutes=int((begins - start).total_seconds()) // 60,
        longer=wall.minutes - several.wall_minutes(found.first.period, zone),
    )
    return Wanted(
        shift=shift,
        resource_id=resource_id,
        reason=line_of(request.form.get("reason", "")[:1000]),
        rest=request.form.get("do") == "rest",
    )


def _refused_change(series_id: int, wall: Wall | None, refused: Refused) -> tuple[str, int]:
    """The form as it was typed, with every reason; and what would come of each where that can be said."""
    found, steps = _found(series_id, request.form), []
    try:
        with transaction() as session:
            which, wanted = _which(request.form), _wanted(found, wall)
            steps = changing.preview_change(session, access.actor(), series_id, which, wanted, clock.now())
    except Refused:
        steps = []
    found = _found(series_id, request.form)
    page = _show_change(found, wall, refused.sentences, steps, found.series.version)
    return page, status_of(refused)


def _show_change(found: Found, wall: Wall | None, reasons: list[str], steps: Sequence[Step], version: int) -> str:
    fields = request.form if request.method == "POST" else request.args
    here = found.first.resource if found.first else found.series.resource
    alike = [row for row in catalog.resources(db.session()) if row.category_id == here.category_id]
    alike.sort(key=lambda row: (row.site_id != here.site_id, row.name))
    return render_template(
        "several/change.html",
        found=found,
        wall=wall,
        zone=here.site.zone,
        here=here,
        resources=alike,
        chosen=inputs.row_id(fields.get("resource")) or 0,
        scope=_scope(fields),
        reasons=reasons,
        reason=fields.get("reason", ""),
        steps=several.shown(steps),
        possible=sum(not step.reasons for step in steps),
        version=version,
    )


def _show_cancel(series_id: int, fields: MultiDict[str, str], reasons: list[str]) -> str:
    found, steps = _found(series_id, fields), []
    which = _which(fields)
    if which.scope != Scope.ALL and which.reservation_id is None:
        which = Which(scope=which.scope, reservation_id=found.first.id if found.first else None)
    try:
        with transaction() as session:
            if found.first is not None:
                steps = changing.preview_cancel(session, access.actor(), series_id, which, clock.now())
    except Refused as refused:
        reasons = reasons or refused.sentences
    found = _found(series_id, fields)
    return render_template(
        "several/cancel.html",
        found=found,
        zone=found.series.resource.site.zone,
        scope=which.scope,
        reasons=reasons,
        reason=fields.get("reason", ""),
        steps=several.shown(steps),
        possible=sum(not step.reasons for step in steps),
        cents=several_steps.cost_of(steps),
    )
