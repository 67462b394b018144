"""For fabmanagers: one timetable of a site, its seasons, and what stands under it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, SelectField

from fablab.catalog import queries as catalog
from fablab.catalog import timetabling as standing
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.sites import timetables, timetabling
from fablab.sites.models import OpeningHours, Season, Timetable
from fablab.sites.wording import season_name, show_hours, show_level, show_nth, show_weekdays
from fablab.web.ground import access, inputs
from fablab.web.ground.forms import LabForm, text_field
from fablab.web.places import changing
from fablab.web.places.hours import own_site

screen = Blueprint("timetables", __name__)


class TimetableForm(LabForm):
    """What a timetable is called, and whether it closes on public holidays."""

    name = text_field(80, needed=True)
    keeps_holidays = BooleanField()
    version = HiddenField(default="1")


class CategoryForm(LabForm):
    """A category that shall stand under the timetable."""

    category_id = SelectField(coerce=int)


@screen.get("/hours/<row:site_id>/timetables/<row:timetable_id>")
@access.needs(Role.FABMANAGER)
def page(site_id: int, timetable_id: int) -> str:
    """A timetable's seasons in words, and what can be done to it."""
    return _show(own_timetable(site_id, timetable_id))


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>")
@access.needs(Role.FABMANAGER)
def edit(site_id: int, timetable_id: int) -> Response | tuple[str, int]:
    """Rename it, or say whether it closes on public holidays."""
    own_timetable(site_id, timetable_id)
    form, status = TimetableForm(), 422
    if form.validate():
        version = inputs.row_id(form.version.data) or 0
        back = _back(site_id, timetable_id)
        try:
            asking = changing.make(
                site_id,
                back,
                timetabling.edit_timetable,
                timetable_id,
                form.name.data,
                keeps_holidays=form.keeps_holidays.data,
                version=version,
            )
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
        except Refused as refused:
            form.refuse(refused)
        else:
            if asking:
                return asking
            flash(_("Saved."), "ok")
            return redirect(back)
    row = own_timetable(site_id, timetable_id)
    if status == 409:
        form.version.data = str(row.version)
    return _show(row, form=form, theirs=row if status == 409 else None), status


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>/categories")
@access.needs(Role.FABMANAGER)
def put_under(site_id: int, timetable_id: int) -> Response | tuple[str, int]:
    """Put a category at the site under it."""
    own_timetable(site_id, timetable_id)
    category_id = inputs.row_id(request.form.get("category_id"))
    if category_id is None:
        return _show(own_timetable(site_id, timetable_id), reasons=[_("Choose a category.")]), 422
    return _stand(site_id, timetable_id, category_id, timetable_id)


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>/categories/<row:category_id>/remove")
@access.needs(Role.FABMANAGER)
def take_out(site_id: int, timetable_id: int, category_id: int) -> Response | tuple[str, int]:
    """Let a category stand under the site's own timetable only."""
    own_timetable(site_id, timetable_id)
    return _stand(site_id, timetable_id, category_id, None)


@screen.post("/hours/<row:site_id>/timetables/<row:timetable_id>/remove")
@access.needs(Role.FABMANAGER)
def remove(site_id: int, timetable_id: int) -> Response | tuple[str, int]:
    """Remove a narrower timetable that nothing stands under."""
    own_timetable(site_id, timetable_id)
    try:
        with transaction() as session:
            standing.remove_timetable(session, access.actor(), timetable_id)
    except Refused as refused:
        reasons = refused.messages
        return _show(own_timetable(site_id, timetable_id), reasons=reasons), 422
    flash(_("The timetable is removed."), "ok")
    return redirect(url_for("hours.site", site_id=site_id))


def own_timetable(site_id: int, timetable_id: int) -> Timetable:
    """A timetable of that site, for a fabmanager of it."""
    own_site(site_id)
    found = timetables.row(db.session(), timetable_id)
    if found.site_id != site_id:
        raise NotFound(f"timetable {timetable_id} at site {site_id}")
    return found


def season_lines(openings: list[OpeningHours], names: dict[int, str]) -> list[str]:
    """A season's openings in words, one a line."""
    alike: dict[tuple[int | None, ...], list[OpeningHours]] = {}
    for row in openings:
        alike.setdefault((row.nth, row.opens, row.closes, row.staff, row.level, row.alone), []).append(row)
    groups = sorted(alike.values(), key=lambda rows: (rows[0].level, rows[0].weekday, rows[0].opens))
    return [_line(rows[0], show_weekdays(row.weekday for row in rows), names) for rows in groups]


def _line(row: OpeningHours, days: str, names: dict[int, str]) -> str:
    parts = [days if row.nth is None else f"{days} ({show_nth(row.nth)})"]
    parts += [show_hours(timetables.opening_of(row)), show_level(row.level, names)]
    if row.staff:
        parts.append(_("staff: %(count)s", count=row.staff))
        if row.alone is not None:
            parts.append(_("without them: %(who)s", who=show_level(row.alone, names)))
    return " · ".join(parts)


def _stand(site_id: int, own_id: int, category_id: int, timetable_id: int | None) -> Response | tuple[str, int]:
    back = _back(site_id, own_id)
    try:
        asking = changing.make(site_id, back, standing.give_category_timetable, site_id, category_id, timetable_id)
    except Refused as refused:
        reasons = refused.messages
        return _show(own_timetable(site_id, own_id), reasons=reasons), 422
    if asking:
        return asking
    flash(_("Saved."), "ok")
    return redirect(back)


def _back(site_id: int, timetable_id: int) -> str:
    return url_for("timetables.page", site_id=site_id, timetable_id=timetable_id)


def _show(
    row: Timetable,
    *,
    form: TimetableForm | None = None,
    theirs: Timetable | None = None,
    reasons: list[str] | None = None,
) -> str:
    session = db.session()
    names = sites.access_levels(session)
    narrower = catalog.category_timetables(session)
    under = {key: timetable for (key, site_id), timetable in narrower.items() if site_id == row.site_id}
    categories = catalog.categories(session)
    category_form = CategoryForm(formdata=None)
    category_form.category_id.choices = [(item.id, item.name) for item in categories if under.get(item.id) != row.id]
    return render_template(
        "hours/timetable.html",
        site=sites.site(session, row.site_id),
        timetable=row,
        seasons=[
            (season, season_name(season.name, season.first_on, season.last_on), season_lines(openings, names))
            for season, openings in timetables.seasons_of(session, row.id)
        ],
        under=[item for item in categories if under.get(item.id) == row.id],
        resources=[item for item in catalog.resources(session, site_id=row.site_id) if item.timetable_id == row.id],
        form=form or TimetableForm(formdata=None, obj=row),
        category_form=category_form,
        theirs=theirs,
        reasons=reasons or [],
    )


def season_of(row: Timetable, season_id: int) -> tuple[Season, list[OpeningHours]]:
    """A season of a timetable with its openings; NotFound if it is none of it."""
    for season, openings in timetables.seasons_of(db.session(), row.id):
        if season.id == season_id:
            return season, openings
    raise NotFound(f"season {season_id} of timetable {row.id}")
