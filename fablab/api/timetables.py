"""Routes about timetables: when a place is open week by week, season by season."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.decided import changed_hours
from fablab.api.schemas import DecisionsIn, SitePath
from fablab.api.schemas.timetables import (
    CategoryAtSitePath,
    OpeningIO,
    SeasonIn,
    SeasonOut,
    SeasonPath,
    TimetableIn,
    TimetableList,
    TimetableOut,
    TimetablePatch,
    TimetablePath,
    UnderIn,
    VersionQuery,
)
from fablab.api.sites import TAGS
from fablab.catalog import queries as catalog
from fablab.catalog import timetabling as standing
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.sites import queries as sites
from fablab.sites import timetables, timetabling
from fablab.sites.hours import Opening
from fablab.sites.models import OpeningHours, Season, Timetable
from fablab.sites.timetabling import SeasonCard
from fablab.sites.wording import hours_between, show_minute


@api.get("/sites/<int:site_id>/timetables", tags=TAGS, summary="Its timetables", responses={200: TimetableList})
def timetable_list(path: SitePath) -> Response:
    """The timetables of a site with their seasons and openings, its own first."""
    found = sites.site(db.session(), path.site_id)
    return answer(TimetableList(items=_shown(timetables.rows_of(db.session(), found.id))))


@api.post(
    "/sites/<int:site_id>/timetables", tags=TAGS, summary="Add a timetable", responses={201: TimetableOut, **WRITES}
)
def add_timetable(path: SitePath, body: TimetableIn) -> Response:
    """Add a timetable; it is closed until openings are written."""
    with transaction() as session:
        made = timetabling.add_timetable(
            session, actor(), path.site_id, body.name, keeps_holidays=body.keeps_holidays
        ).id
    return answer(_one(made), 201)


@api.patch(
    "/timetables/<int:timetable_id>", tags=TAGS, summary="Edit a timetable", responses={200: TimetableOut, **WRITES}
)
def edit_timetable(path: TimetablePath, body: TimetablePatch) -> Response:
    """Rename it, or let it close on public holidays; 409 lists the reservations that this touches."""
    row = timetables.row(db.session(), path.timetable_id)
    name = row.name if body.name is None else body.name
    holidays = row.keeps_holidays if body.keeps_holidays is None else body.keeps_holidays
    verb = timetabling.edit_timetable
    changed_hours(body, row.site_id, verb, row.id, name, keeps_holidays=holidays, version=body.version)
    return answer(_one(path.timetable_id))


@api.delete("/timetables/<int:timetable_id>", tags=TAGS, summary="Remove a timetable", responses={204: None})
def remove_timetable(path: TimetablePath) -> Response:
    """Remove a narrower timetable that nothing stands under."""
    with transaction() as session:
        standing.remove_timetable(session, actor(), path.timetable_id)
    return Response(status=204)


@api.post(
    "/timetables/<int:timetable_id>/seasons",
    tags=TAGS,
    summary="Add a season",
    responses={201: TimetableOut, **WRITES},
)
def add_season(path: TimetablePath, body: SeasonIn) -> Response:
    """Add a season with its openings; 409 lists the reservations that this touches."""
    _write(path.timetable_id, None, body)
    return answer(_one(path.timetable_id), 201)


@api.put(
    "/timetables/<int:timetable_id>/seasons/<int:season_id>",
    tags=TAGS,
    summary="Write a season anew",
    responses={200: TimetableOut, **WRITES},
)
def write_season(path: SeasonPath, body: SeasonIn) -> Response:
    """Write a season anew with all its openings; 409 lists the reservations that this touches."""
    _write(path.timetable_id, path.season_id, body)
    return answer(_one(path.timetable_id))


@api.delete(
    "/timetables/<int:timetable_id>/seasons/<int:season_id>",
    tags=TAGS,
    summary="Remove a season",
    responses={200: TimetableOut, **WRITES},
)
def remove_season(path: SeasonPath, query: VersionQuery, body: DecisionsIn) -> Response:
    """Let the usual hours hold on a season's days; 409 lists the reservations that this touches."""
    row = timetables.row(db.session(), path.timetable_id)
    changed_hours(body, row.site_id, timetabling.remove_season, row.id, path.season_id, query.version)
    return answer(_one(path.timetable_id))


@api.put(
    "/sites/<int:site_id>/categories/<int:category_id>/timetable",
    tags=TAGS,
    summary="Put a category under a timetable",
    responses={200: TimetableList, **WRITES},
)
def put_under(path: CategoryAtSitePath, body: UnderIn) -> Response:
    """Let all of a category at a site stand under one of its narrower timetables; 409 lists what this touches."""
    verb = standing.give_category_timetable
    changed_hours(body, path.site_id, verb, path.site_id, path.category_id, body.timetable_id)
    return answer(TimetableList(items=_shown(timetables.rows_of(db.session(), path.site_id))))


def _write(timetable_id: int, season_id: int | None, body: SeasonIn) -> None:
    card = SeasonCard(
        openings=tuple(_opening(item) for item in body.openings),
        name=body.name,
        first_on=body.first_on,
        last_on=body.last_on,
    )
    row = timetables.row(db.session(), timetable_id)
    changed_hours(body, row.site_id, timetabling.write_season, row.id, season_id, card, body.version)


def _opening(item: OpeningIO) -> Opening:
    between = hours_between(item.opens, item.closes)
    if between is None:
        raise Refused.because("hours", _("These hours are impossible: times look like 09:00."))
    return Opening(item.weekday, *between, item.staff, item.level, item.alone, item.nth)


def _one(timetable_id: int) -> TimetableOut:
    return _shown([timetables.row(db.session(), timetable_id)])[0]


def _shown(rows: list[Timetable]) -> list[TimetableOut]:
    """Timetables, in a fixed number of statements."""
    session = db.session()
    seasons = timetables.seasons_by_timetable(session, [row.id for row in rows])
    under = catalog.category_timetables(session)
    return [
        TimetableOut(
            id=row.id,
            site_id=row.site_id,
            name=row.name,
            is_main=row.is_main,
            keeps_holidays=row.keeps_holidays,
            categories=sorted(key[0] for key, timetable_id in under.items() if timetable_id == row.id),
            seasons=[_season(season, openings) for season, openings in seasons[row.id]],
            version=row.version,
        )
        for row in rows
    ]


def _season(season: Season, openings: list[OpeningHours]) -> SeasonOut:
    return SeasonOut(
        id=season.id,
        name=season.name,
        first_on=season.first_on,
        last_on=season.last_on,
        openings=[
            OpeningIO(
                weekday=row.weekday,
                opens=show_minute(row.opens),
                closes=show_minute(row.closes),
                staff=row.staff,
                level=row.level,
                alone=row.alone,
                nth=row.nth,
            )
            for row in openings
        ],
    )
