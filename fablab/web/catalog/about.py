"""What a resource is, for its page: its picture, specifications and papers, what goes with it, its rules in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from flask import url_for
from flask_login import current_user

from fablab.booking import free_time
from fablab.booking.opening import hours_of, usable
from fablab.catalog import queries as catalog
from fablab.catalog.models import CategoryKind, Resource, ResourceFile
from fablab.catalog.specs import Spec, specs_of
from fablab.core import clock
from fablab.core.db import db
from fablab.core.i18n import _, show_time
from fablab.core.period import Period, day_of
from fablab.sites import queries as sites
from fablab.sites.hours import Hours
from fablab.sites.wording import show_weekday
from fablab.web.ground import access

DAYS = 7


@dataclass(frozen=True, slots=True)
class DayLine:
    """Some days that follow each other, and when it is open on each of them."""

    days: str
    hours: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level of access, and the days on which its people may come at other times than those below."""

    name: str
    days: list[DayLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the page tells of the resource besides its calendar."""

    photo: str | None
    specs: list[Spec]
    papers: list[ResourceFile]
    sees_papers: bool
    besides: list[Resource]
    part_of: list[Resource]
    today: str
    """Its hours of today, for who looks; empty if it is closed."""
    week: list[DayLine]
    levels: list[LevelLine]
    organisation: str
    is_adviser: bool


def about(resource: Resource) -> About:
    """All of it, for who looks; in a fixed number of statements."""
    session, now = db.session(), clock.now()
    around = catalog.links_around(session, resource.id)
    owners = catalog.resources_by_id(session, {link.resource_id for link in around if link.other_id == resource.id})
    first = now.astimezone(resource.site.zone).date()
    levels = access.levels()
    level = levels.level_at(resource.site_id) if levels else 0
    hours = _hours(resource, first, now)
    own = _week(resource, hours, level, first)
    return About(
        photo=_photo(resource),
        specs=specs_of(catalog.fields_of(session, [resource.category_id])[resource.category_id], resource.specs),
        papers=catalog.files_of(session, resource.id),
        sees_papers=bool(current_user.is_authenticated),
        besides=free_time.besides(session, resource),
        part_of=sorted(owners.values(), key=lambda row: row.name),
        today=own[0][1],
        week=_short(own),
        levels=_levels(resource, hours, level, first, sites.access_levels(session)),
        organisation=resource.organisation,
        is_adviser=resource.category.kind == CategoryKind.ADVISER,
    )


def _photo(resource: Resource) -> str | None:
    if resource.photo_id is None:
        return None
    return url_for("papers.photo", resource_id=resource.id, v=resource.photo_id)


def _hours(resource: Resource, first: date, now: datetime) -> Hours:
    whole = Period(day_of(first, resource.site.zone).start, day_of(_after(first, DAYS), resource.site.zone).end)
    return hours_of(db.session(), [resource], whole, now)[resource.id]


def _week(resource: Resource, hours: Hours, level: int, first: date) -> list[tuple[date, str]]:
    """Each of the next days with its hours in words; empty on a day when it is closed."""
    zone = resource.site.zone
    found = []
    for at in range(DAYS):
        day = _after(first, at)
        whole = day_of(day, zone)
        parts = usable(resource, hours, level, whole)
        if parts == [whole]:
            found.append((day, _("all day")))
            continue
        found.append((day, ", ".join(f"{show_time(part.start, zone)}–{show_time(part.end, zone)}" for part in parts)))
    return found


def _short(week: list[tuple[date, str]]) -> list[DayLine]:
    """The week with neighbouring days of the same hours as one line."""
    groups = [[week[0]]]
    for before, this in pairwise(week):
        if this[1] == before[1]:
            groups[-1].append(this)
        else:
            groups.append([this])
    return [
        DayLine(_days(group[0][0], group[-1][0]), group[0][1] or _("closed"), bool(group[0][1])) for group in groups
    ]


def _levels(resource: Resource, hours: Hours, level: int, first: date, names: Mapping[int, str]) -> list[LevelLine]:
    """The levels above that of who looks, wherever they may come at other times than those below them."""
    found, below = [], _week(resource, hours, level, first)
    for rank, name in sorted(names.items()):
        if rank <= level:
            continue
        week = _week(resource, hours, rank, first)
        if week != below:
            found.append(LevelLine(name, _short(week)))
        below = week
    return found


def _days(first: date, last: date) -> str:
    """The weekdays, which are enough within a week."""
    if first == last:
        return show_weekday(first.weekday())
    if (last - first).days == DAYS - 1:
        return _("Every day")
    return _("%(first)s to %(last)s", first=show_weekday(first.weekday()), last=show_weekday(last.weekday()))


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)
