"""Repeating a wish every so many weeks: every time is shown with what speaks against it before anything is reserved."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fablab.booking.several import queries, series
from fablab.booking.several.pattern import MOST, Pattern, sentence
from fablab.booking.several.series import SeriesWish
from fablab.booking.several.steps import Step
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, n_
from fablab.core.refusals import Refused
from fablab.web.calendar import asking, several
from fablab.web.calendar.asking import Asked
from fablab.web.calendar.several import Wall
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("repeat", __name__)
USUAL_TIMES = 8
EVERY = (1, 2, 3, 4, 6, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeating:
    """What the form says, as it is typed."""

    asked: Asked
    wall: Wall
    every: int
    ends: str
    """`times` or `until`."""
    times: int
    until: str
    chosen: frozenset[date] | None
    """The days that are ticked; None before there were any to tick."""

    def wish(self, resource: Resource, request_key: str | None = None) -> SeriesWish:
        """What it means; Refused for what cannot be meant."""
        pattern = Pattern(
            first_on=date.fromisoformat(self.wall.day),
            starts=several.wall_time(self.wall.begins),
            minutes=self.wall.minutes,
            every_weeks=self.every,
            times=self.times if self.ends == "times" else None,
            until_on=inputs.day(self.until, date.min) if self.ends == "until" and self.until else None,
        )
        wish = asking.wish_of(resource, self.asked, clock.now(), request_key)
        period = pattern.around_first(resource.site.zone)
        return SeriesWish(wish=replace(wish, period=period), pattern=pattern, days=self.chosen)


@screen.get("/m/<code>/repeat")
def page(code: str) -> str:
    """The form; with every time once it was asked for them."""
    resource = catalog.resource_by_code(db.session(), code)
    typed = _typed(request.args, resource)
    if not request.args.get("look"):
        return _show(resource, typed, [], [])
    try:
        steps = _preview(resource, typed)
    except Refused as refused:
        return _show(resource, typed, refused.sentences, [])
    return _show(resource, typed, [], steps)


@screen.post("/m/<code>/repeat")
def book(code: str) -> Response | tuple[str, int]:
    """Reserve all that is ticked, or nothing: then every time again, with what speaks against it."""
    resource = catalog.resource_by_code(db.session(), code)
    typed = _typed(request.form, resource)
    try:
        with transaction() as session:
            wish = typed.wish(catalog.resource_by_code(session, code), request.form.get("request_key"))
            made = series.book(session, access.actor(), wish, clock.now())
            series_id, name = made.id, made.resource.name
            count = len(queries.reservations_of(session, access.actor(), series_id))
    except Refused as refused:
        return _refused(code, refused)
    times = n_("%(count)s time", "%(count)s times", count)
    flash(_("Reserved: %(machine)s, %(when)s", machine=name, when=times), "ok")
    return redirect(url_for("series.page", series_id=series_id))


def _refused(code: str, refused: Refused) -> tuple[str, int]:
    resource = catalog.resource_by_code(db.session(), code)
    typed = _typed(request.form, resource)
    steps: list[Step] = []
    try:
        steps = _preview(resource, typed)
    except Refused as again:
        refused = again
    return _show(resource, typed, refused.sentences, steps), status_of(refused)


def _preview(resource: Resource, typed: Repeating) -> list[Step]:
    """What would come of every day, those that are not ticked too."""
    code = resource.code
    with transaction() as session:
        wish = replace(typed.wish(catalog.resource_by_code(session, code)), days=None)
        return series.preview(session, access.actor(), wish, clock.now())


def _typed(fields: MultiDict[str, str], resource: Resource) -> Repeating:
    now = clock.now()
    asked = asking.asked(fields, resource.site.zone, now)
    start = asking.begins(asked.start, now)
    wall = several.wall_of(fields, start, asked.minutes, resource)
    ticked = fields.getlist("on")
    days = frozenset(inputs.day(text, date.min) for text in ticked if text)
    return Repeating(
        asked=asked,
        wall=wall,
        every=inputs.whole(fields.get("every")) or 1,
        ends="until" if fields.get("ends") == "until" else "times",
        times=inputs.whole(fields.get("times") or str(USUAL_TIMES)),
        until=inputs.day(fields["until"], date.min).isoformat() if fields.get("until") else "",
        chosen=days if request.method == "POST" else None,
    )


def _show(resource: Resource, typed: Repeating, reasons: list[str], steps: list[Step]) -> str:
    resource = catalog.resource_by_code(db.session(), resource.code)
    shown = several.shown(steps, typed.asked, resource)
    possible = [item for item in shown if not item.step.reasons]
    ticked = [item for item in possible if typed.chosen is None or item.step.day in typed.chosen]
    costs = [item.cents for item in ticked if item.cents is not None]
    words = ""
    if steps:
        words = sentence(typed.wish(resource).pattern)
    return render_template(
        "several/repeat.html",
        resource=resource,
        typed=typed,
        reasons=reasons,
        steps=shown,
        ticked={item.step.day for item in ticked},
        possible=len(possible),
        cents=sum(costs) if costs else None,
        sentence=words,
        every=sorted({*EVERY, typed.every}),
        most=MOST,
        terms=several.terms_of(resource, typed.asked, [resource], steps),
        request_key=str(uuid4()),
    )
