"""Routes about places and their hours."""

from dataclasses import asdict, replace
from datetime import timedelta

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.decided import changed_hours
from fablab.api.periods import period
from fablab.api.schemas import (
    DecisionsIn,
    ExceptionIn,
    ExceptionList,
    ExceptionOut,
    ExceptionPath,
    HoursOut,
    HoursQuery,
    PeriodOut,
    SiteIn,
    SiteList,
    SiteOut,
    SitePatch,
    SitePath,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members import rights
from fablab.shifts.queries import hours_of_sites
from fablab.sites import exceptions, places, timetables
from fablab.sites import queries as sites
from fablab.sites.exceptions import ExceptionCard
from fablab.sites.models import ExceptionKind, HoursException, Site
from fablab.sites.places import SiteCard
from fablab.sites.wording import hours_between, show_minute

TAGS = [Tag(name="sites", description="Places, when they are open, and the days that differ")]


@api.get("/sites", tags=TAGS, summary="Every place", responses={200: SiteList})
def site_list() -> Response:
    """Every site of the network, by name."""
    return answer(SiteList(items=[_shown(row) for row in sites.sites(db.session())]))


@api.get("/sites/<int:site_id>", tags=TAGS, summary="One place", responses={200: SiteOut})
def site(path: SitePath) -> Response:
    """One site."""
    return answer(_shown(sites.site(db.session(), path.site_id)))


@api.post("/sites", tags=TAGS, summary="Add a place", responses={201: SiteOut, **WRITES})
def add_site(body: SiteIn) -> Response:
    """Add a site; for administrators of the network."""
    with transaction() as session:
        made = places.add_site(session, actor(), SiteCard(**body.model_dump())).id
    return answer(_shown(sites.site(db.session(), made)), 201)


@api.patch("/sites/<int:site_id>", tags=TAGS, summary="Edit a place", responses={200: SiteOut, **WRITES})
def edit_site(path: SitePath, body: SitePatch) -> Response:
    """Change what is written; another clock or other holidays may touch reservations, which then want decisions."""
    wanted = body.model_dump(exclude_none=True, exclude={"version", "decisions", "others"})
    card = replace(places.card_of(sites.site(db.session(), path.site_id)), **wanted)
    changed_hours(body, path.site_id, places.edit_site, path.site_id, card, body.version)
    return answer(_shown(sites.site(db.session(), path.site_id)))


@api.get("/sites/<int:site_id>/hours", tags=TAGS, summary="When a place is open and staffed", responses={200: HoursOut})
def hours(path: SitePath, query: HoursQuery) -> Response:
    """When a site is open to a level of access, and staffed, within a period of at most 62 days."""
    session, now, within = db.session(), clock.now(), period(query)
    found = sites.site(session, path.site_id)
    level = query.level
    if level is None:
        level = rights.access_of(session, actor().member_id, now).level_at(found.id)
    around = Period(within.start - timedelta(days=1), within.end + timedelta(days=1))
    its = hours_of_sites(session, [found], around, now)[found.id]
    body = HoursOut(
        site_id=found.id,
        **{"from": within.start},
        to=within.end,
        level=level,
        open=[PeriodOut(start=item.start, end=item.end) for item in its.open(level, within)],
        staffed=[PeriodOut(start=item.start, end=item.end) for item in its.staffed(within)],
    )
    return answer(body)


@api.get("/sites/<int:site_id>/exceptions", tags=TAGS, summary="The days that differ", responses={200: ExceptionList})
def exception_list(path: SitePath) -> Response:
    """A site's closures and exceptional openings that are not over."""
    found = sites.site(db.session(), path.site_id)
    today = clock.now().astimezone(found.zone).date()
    rows = timetables.exceptions_of(db.session(), found.id, today)
    return answer(ExceptionList(items=[_differing(row) for row in rows]))


@api.post(
    "/sites/<int:site_id>/exceptions",
    tags=TAGS,
    summary="Close, or open exceptionally",
    responses={201: ExceptionOut, **WRITES},
)
def add_exception(path: SitePath, body: ExceptionIn) -> Response:
    """Let certain days differ; 409 lists the reservations that this touches, until there is a decision for each."""
    card = _exception_card(body)
    site = sites.site(db.session(), path.site_id)
    verb = exceptions.add_exception
    made = changed_hours(body, site.id, verb, site.id, card, clock.now(), reason=card.reason)
    return answer(_differing(made), 201)


@api.delete(
    "/sites/<int:site_id>/exceptions/<int:exception_id>",
    tags=TAGS,
    summary="Let the usual hours hold again",
    responses={200: ExceptionOut, **WRITES},
)
def remove_exception(path: ExceptionPath, body: DecisionsIn) -> Response:
    """Remove a closure or an exceptional opening; 409 lists the reservations that this touches."""
    gone = _differing(exceptions.exception(db.session(), path.site_id, path.exception_id))
    changed_hours(body, path.site_id, exceptions.remove_exception, path.site_id, path.exception_id)
    return answer(gone)


def _exception_card(body: ExceptionIn) -> ExceptionCard:
    between = hours_between(body.opens, body.closes)
    if between is None:
        raise Refused.because("hours", _("These hours are impossible: times look like 09:00."))
    return ExceptionCard(
        kind=ExceptionKind(body.kind),
        first_on=body.first_on,
        last_on=body.last_on or body.first_on,
        timetable_id=body.timetable_id,
        opens=between[0],
        closes=between[1],
        staff=body.staff,
        level=body.level,
        alone=body.alone,
        reason=body.reason,
    )


def _differing(row: HoursException) -> ExceptionOut:
    return ExceptionOut(
        id=row.id,
        site_id=row.site_id,
        timetable_id=row.timetable_id,
        kind=row.kind,
        first_on=row.first_on,
        last_on=row.last_on,
        opens=show_minute(row.opens),
        closes=show_minute(row.closes),
        staff=row.staff,
        level=row.level,
        alone=row.alone,
        reason=row.reason,
    )


def _shown(row: Site) -> SiteOut:
    return SiteOut(
        **asdict(places.card_of(row)),
        id=row.id,
        slug=row.slug,
        photo=link(f"/pictures/site/{row.id}") if row.photo_id else None,
        version=row.version,
    )
