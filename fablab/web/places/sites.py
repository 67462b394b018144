"""For everybody: the places, when each is open, and what stands there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template

from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db
from fablab.core.period import Period
from fablab.shifts.queries import hours_of_sites, staffed
from fablab.sites import queries as sites
from fablab.sites import timetables
from fablab.sites.models import Site
from fablab.web.ground import access
from fablab.web.places import week
from fablab.web.places.week import OpenState

screen = Blueprint("sites", __name__)
CLOSURES_SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Place:
    """A site, and whether it is open now."""

    site: Site
    state: OpenState


@dataclass(frozen=True, slots=True)
class RoomOf:
    """A room of a site, or (without a name) no room, and what stands there."""

    name: str
    resources: list[Resource]


@screen.get("/sites")
@access.public
def page() -> str:
    """All places, each with whether it is open now."""
    return render_template("sites/list.html", places=_places(sites.sites(db.session()), clock.now()))


@screen.get("/sites/<slug>")
@access.public
def site(slug: str) -> str:
    """One place: its hours, what is different soon, its rooms and what stands there."""
    session, now = db.session(), clock.now()
    found = sites.site_by_slug(session, slug)
    today = now.astimezone(found.zone).date()
    window = week.window_of(today, 7, found.zone)
    tables = timetables.timetables_of(session, [found], today - timedelta(days=3))
    main = timetables.main_row(session, found.id)
    table, names = tables[found.id].main, sites.access_levels(session)
    staff = staffed(session, [found], tables, window, now)[found.id]
    specials = [
        row
        for row in timetables.exceptions_of(session, found.id, today)
        if row.timetable_id in (None, main.id if main else None) and row.first_on < today + CLOSURES_SHOWN
    ]
    return render_template(
        "sites/site.html",
        site=found,
        state=_places([found], now)[0].state,
        days=week.days_of(found, table, staff, today, 7, names, now),
        specials=[(row, week.days_in_words(row)) for row in specials],
        holidays=week.holidays_ahead(found, today, CLOSURES_SHOWN.days, closed=bool(main and main.keeps_holidays)),
        rooms=_rooms(catalog.resources(session, site_id=found.id)),
        has_hours=main is not None,
    )


def _places(rows: list[Site], now: datetime) -> list[Place]:
    session = db.session()
    hours = hours_of_sites(session, rows, Period(now - timedelta(days=1), now + week.AHEAD), now)
    names, levels = sites.access_levels(session), access.levels()
    return [
        Place(row, week.state_now(row, hours[row.id], levels.level_at(row.id) if levels else 0, names, now))
        for row in rows
    ]


def _rooms(resources: list[Resource]) -> list[RoomOf]:
    """What stands in each room, by its name; what stands in none comes last."""
    found: dict[str, list[Resource]] = {}
    for row in resources:
        found.setdefault(row.room.name if row.room else "", []).append(row)
    return [RoomOf(name, found[name]) for name in sorted(found, key=lambda name: (not name, name))]
