"""For fabmanagers: a season of a timetable, written as a table of openings."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core.db import db
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.sites import timetabling
from fablab.sites.hours import LAST
from fablab.sites.models import Timetable
from fablab.sites.timetabling import SeasonCard
from fablab.sites.wording import show_nth, show_weekday
from fablab.web.ground import access, inputs
from fablab.web.places import changing, rows
from fablab.web.places.hours import levels_offered
from fablab.web.places.rows import EVERY_DAY, WORKDAYS, Row
from fablab.web.places.timetables import own_timetable, season_lines, season_of

screen = Blueprint("seasons", __name__)
BLANKS = 2
"""Empty lines at the end of the table."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form: as it was typed, or as it is kept."""

    name: str
    first_on: str
    last_on: str
    rows: list[Row]
    version: int


@screen.get("/hours/<row:site_id>/timetables/<row:timetable_id>/seasons/new")
@access.needs(Role.FABMANAGER)
def new_page(site_id: int, timetable_id: int) -> str:
    """An empty season."""
    row = own_timetable(site_id, timetable_id)
    return _show(row, None, Typed("", "", "", _with_blanks([Row(weekday=WORKDAYS)]), row.version))


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>/seasons/new")
@access.needs(Role.FABMANAGER)
def new(site_id: int, timetable_id: int) -> Response | tuple[str, int] | str:
    """Add a season."""
    return _write(site_id, timetable_id, None)


@screen.get("/hours/<row:site_id>/timetables/<row:timetable_id>/seasons/<row:season_id>")
@access.needs(Role.FABMANAGER)
def page(site_id: int, timetable_id: int, season_id: int) -> str:
    """A season as it is."""
    row = own_timetable(site_id, timetable_id)
    season, openings = season_of(row, season_id)
    typed = Typed(
        season.name,
        season.first_on.isoformat() if season.first_on else "",
        season.last_on.isoformat() if season.last_on else "",
        _with_blanks(rows.rows_of(openings)),
        row.version,
    )
    return _show(row, season_id, typed)


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>/seasons/<row:season_id>")
@access.needs(Role.FABMANAGER)
def write(site_id: int, timetable_id: int, season_id: int) -> Response | tuple[str, int] | str:
    """Write a season anew; whom it touches is asked first."""
    return _write(site_id, timetable_id, season_id)


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>/seasons/<row:season_id>/remove")
@access.needs(Role.FABMANAGER)
def remove(site_id: int, timetable_id: int, season_id: int) -> Response | tuple[str, int]:
    """Remove a dated season."""
    own_timetable(site_id, timetable_id)
    version = inputs.row_id(request.form.get("version")) or 0
    back = _back(site_id, timetable_id)
    asking = changing.make(site_id, back, timetabling.remove_season, timetable_id, season_id, version)
    if asking:
        return asking
    flash(_("The season is removed: the usual hours hold on its days."), "ok")
    return redirect(back)


def _write(site_id: int, timetable_id: int, season_id: int | None) -> Response | tuple[str, int] | str:
    row = own_timetable(site_id, timetable_id)
    if season_id is not None:
        season_of(row, season_id)
    typed = _sent()
    if "more" in request.form or "drop" in request.form:
        return _show(row, season_id, _changed(typed))
    card, reasons = _card(typed)
    if card is None:
        return _show(row, season_id, typed, reasons), 422
    back = _back(site_id, timetable_id)
    try:
        asking = changing.make(site_id, back, timetabling.write_season, timetable_id, season_id, card, typed.version)
    except Conflict as conflict:
        row = own_timetable(site_id, timetable_id)
        newer = Typed(typed.name, typed.first_on, typed.last_on, typed.rows, row.version)
        return _show(row, season_id, newer, conflict.messages, is_stale=True), 409
    except Refused as refused:
        return _show(own_timetable(site_id, timetable_id), season_id, typed, refused.messages), 422
    if asking:
        return asking
    flash(_("Saved: the calendar follows these hours now."), "ok")
    return redirect(back)


def _sent() -> Typed:
    form = request.form
    return Typed(
        form.get("name", "").strip()[:80],
        form.get("first_on", "").strip()[:10],
        form.get("last_on", "").strip()[:10],
        rows.sent(),
        inputs.row_id(form.get("version")) or 0,
    )


def _changed(typed: Typed) -> Typed:
    """With a line less, or with more blank ones; nothing is saved yet."""
    dropped = rows.number_of(request.form.get("drop", ""))
    kept = [row for number, row in enumerate(typed.rows, start=1) if number != dropped]
    if "more" in request.form:
        kept = _with_blanks(kept)
    return Typed(typed.name, typed.first_on, typed.last_on, kept, typed.version)


def _card(typed: Typed) -> tuple[SeasonCard | None, list[str]]:
    openings, wrong = rows.openings_of(typed.rows)
    first, first_read = rows.day_of(typed.first_on)
    last, last_read = rows.day_of(typed.last_on)
    if not (first_read and last_read):
        wrong.append(_("A day looks like 2026-09-15."))
    if wrong:
        return None, wrong
    return SeasonCard(openings=tuple(openings), name=typed.name, first_on=first, last_on=last), []


def _with_blanks(present: list[Row]) -> list[Row]:
    return [*present, *[Row(weekday=_following(present)) for _number in range(BLANKS)]]


def _following(present: list[Row]) -> str:
    """The weekday that a new line most likely is for."""
    last = present[-1].weekday if present else ""
    return str((int(last) + 1) % 7) if last.isascii() and last.isdigit() and len(last) == 1 else "0"


def _back(site_id: int, timetable_id: int) -> str:
    return url_for("timetables.page", site_id=site_id, timetable_id=timetable_id)


def _show(
    row: Timetable, season_id: int | None, typed: Typed, reasons: list[str] | None = None, *, is_stale: bool = False
) -> str:
    session = db.session()
    names = sites.access_levels(session)
    openings = season_of(row, season_id)[1] if is_stale and season_id is not None else []
    is_usual = season_id is not None and season_of(row, season_id)[0].first_on is None
    return render_template(
        "hours/season.html",
        site=sites.site(session, row.site_id),
        timetable=row,
        season_id=season_id,
        is_usual=is_usual,
        typed=typed,
        reasons=reasons or [],
        theirs=season_lines(openings, names) if is_stale else None,
        weekdays=[
            *((str(day), show_weekday(day)) for day in range(7)),
            (WORKDAYS, _("Monday to Friday")),
            (EVERY_DAY, _("Every day")),
        ],
        nths=[("" if nth is None else str(nth), show_nth(nth)) for nth in (None, 1, 2, 3, 4, LAST)],
        levels=[(str(rank), text) for rank, text in levels_offered(names)],
    )
