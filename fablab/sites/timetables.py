"""Timetables from the database to the values that `hours` reckons with, for many sites in two statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.core.seldom import kept
from fablab.sites import hours
from fablab.sites.holidays import calendar_of
from fablab.sites.models import ExceptionKind, HoursException, OpeningHours, Season, Site, Timetable


@dataclass(frozen=True, slots=True)
class SiteTimetables:
    """The timetables of a site: its own, and the narrower ones by their ids."""

    main: hours.Timetable | None = None
    others: dict[int, hours.Timetable] = field(default_factory=dict)

    def chosen(self, timetable_ids: Iterable[int | None]) -> tuple[hours.Timetable, ...]:
        """The site's own and those of the named ones that it has; none where the site has none of its own."""
        if self.main is None:
            return ()
        return (self.main, *(self.others[key] for key in timetable_ids if key in self.others))


def timetables_of(session: Session, sites: Iterable[Site], since: date) -> dict[int, SiteTimetables]:
    """The timetables of each of these sites, right from that day on (what differed on days before is left out)."""
    every = _every(session, since.replace(day=1))
    return {site.id: every[site.id] for site in sites}


@kept
def _every(session: Session, since: date) -> Mapping[int, SiteTimetables]:
    by_id = {site.id: site for site in session.scalars(select(Site))}
    specials = _specials(session, since)
    main: dict[int, hours.Timetable] = {}
    others: dict[int, dict[int, hours.Timetable]] = {site_id: {} for site_id in by_id}
    for row, seasons in _seasons(session):
        site = by_id[row.site_id]
        made = value_of(row, site, seasons, [one for key, one in specials.get(site.id, []) if key in (None, row.id)])
        if row.is_main:
            main[site.id] = made
        else:
            others[site.id][row.id] = made
    return MappingProxyType({site_id: SiteTimetables(main.get(site_id), others[site_id]) for site_id in by_id})


def value_of(
    row: Timetable, site: Site, seasons: Iterable[hours.Season], specials: Iterable[hours.Special]
) -> hours.Timetable:
    """A timetable as `hours` reckons with it."""
    if not row.keeps_holidays:
        return hours.Timetable(site.zone, tuple(seasons), tuple(specials))
    return hours.Timetable(site.zone, tuple(seasons), tuple(specials), calendar_of(site.country, site.subdivision))


def special_of(row: HoursException) -> hours.Special:
    """A closure or an exceptional opening as `hours` reckons with it."""
    opening = hours.Opening(0, row.opens, row.closes, row.staff, row.level, row.alone)
    return hours.Special(row.kind == ExceptionKind.OPEN, row.first_on, row.last_on, opening, row.reason)


def rows_of(session: Session, site_id: int) -> list[Timetable]:
    """A site's timetables, its own first."""
    query = select(Timetable).where(Timetable.site_id == site_id).order_by(Timetable.is_main.desc(), Timetable.name)
    return list(session.scalars(query))


def row(session: Session, timetable_id: int) -> Timetable:
    """The timetable with this id; NotFound if there is none."""
    found = session.get(Timetable, timetable_id)
    if found is None:
        raise NotFound(f"timetable {timetable_id}")
    return found


def main_row(session: Session, site_id: int) -> Timetable | None:
    """A site's own timetable, if it has one yet."""
    return session.scalar(select(Timetable).where(Timetable.site_id == site_id, Timetable.is_main))


def seasons_of(session: Session, timetable_id: int) -> list[tuple[Season, list[OpeningHours]]]:
    """A timetable's seasons with their openings: the usual one first, then by date."""
    return seasons_by_timetable(session, [timetable_id])[timetable_id]


def seasons_by_timetable(
    session: Session, timetable_ids: Iterable[int]
) -> dict[int, list[tuple[Season, list[OpeningHours]]]]:
    """The seasons of each of these timetables with their openings: the usual one first, then by date."""
    by_timetable: dict[int, list[tuple[Season, list[OpeningHours]]]] = {key: [] for key in timetable_ids}
    query = (
        select(Season, OpeningHours)
        .outerjoin(OpeningHours, OpeningHours.season_id == Season.id)
        .where(Season.timetable_id.in_(by_timetable))
        .order_by(Season.first_on.is_not(None), Season.first_on, Season.id, OpeningHours.weekday, OpeningHours.opens)
    )
    found: dict[int, list[OpeningHours]] = {}
    for season, opening in session.execute(query):
        if season.id not in found:
            found[season.id] = []
            by_timetable[season.timetable_id].append((season, found[season.id]))
        if opening is not None:
            found[season.id].append(opening)
    return by_timetable


def season_rows(session: Session, timetable_ids: Iterable[int]) -> dict[int, list[Season]]:
    """The seasons of each of these timetables, without their openings: the usual one first, then by date."""
    query = select(Season).where(Season.timetable_id.in_(set(timetable_ids)))
    found: dict[int, list[Season]] = {}
    for season in session.scalars(query.order_by(Season.first_on.is_not(None), Season.first_on, Season.id)):
        found.setdefault(season.timetable_id, []).append(season)
    return found


def exceptions_of(session: Session, site_id: int, since: date) -> list[HoursException]:
    """A site's closures and exceptional openings that are not over on that day, by day."""
    query = (
        select(HoursException)
        .where(HoursException.site_id == site_id, HoursException.last_on >= since)
        .order_by(HoursException.first_on, HoursException.id)
        .limit(500)
    )
    return list(session.scalars(query))


def _seasons(session: Session) -> list[tuple[Timetable, list[hours.Season]]]:
    query = (
        select(Timetable, Season, OpeningHours)
        .outerjoin(Season, Season.timetable_id == Timetable.id)
        .outerjoin(OpeningHours, OpeningHours.season_id == Season.id)
        .order_by(Timetable.id, Season.id, OpeningHours.id)
    )
    rows: dict[int, Timetable] = {}
    found: dict[int, dict[int, tuple[Season, list[hours.Opening]]]] = {}
    for timetable, season, opening in session.execute(query):
        rows[timetable.id] = timetable
        seasons = found.setdefault(timetable.id, {})
        if season is None:
            continue
        seasons.setdefault(season.id, (season, []))
        if opening is not None:
            seasons[season.id][1].append(opening_of(opening))
    return [
        (rows[key], [season_of(season, openings) for season, openings in seasons.values()])
        for key, seasons in found.items()
    ]


def opening_of(row: OpeningHours) -> hours.Opening:
    """An opening as `hours` reckons with it."""
    return hours.Opening(row.weekday, row.opens, row.closes, row.staff, row.level, row.alone, row.nth)


def season_of(row: Season, openings: Iterable[hours.Opening]) -> hours.Season:
    """A season as `hours` reckons with it."""
    return hours.Season(tuple(openings), row.first_on, row.last_on)


def _specials(session: Session, since: date) -> dict[int, list[tuple[int | None, hours.Special]]]:
    query = select(HoursException).where(HoursException.last_on >= since).order_by(HoursException.id)
    found: dict[int, list[tuple[int | None, hours.Special]]] = {}
    for exception in session.scalars(query):
        found.setdefault(exception.site_id, []).append((exception.timetable_id, special_of(exception)))
    return found
