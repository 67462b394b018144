"""What staff do to the network's places and their hours."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from fablab.sites.hours import Opening
from fablab.sites.models import OpeningHours, Season, Site, Timetable


def give_timetable(
    session: Session, site: Site, openings: Iterable[Opening], *, name: str = "", keeps_holidays: bool = False
) -> Timetable:
    """Give a site the timetable of its own that it has not yet, with these openings all year."""
    row = Timetable(site_id=site.id, name=name or site.name, is_main=True, keeps_holidays=keeps_holidays)
    session.add(row)
    session.flush()
    season = Season(timetable_id=row.id)
    session.add(season)
    session.flush()
    session.add_all(opening_row(season.id, opening) for opening in openings)
    session.flush()
    return row


def opening_row(season_id: int, opening: Opening) -> OpeningHours:
    """An opening as a row of a season."""
    return OpeningHours(
        season_id=season_id,
        weekday=opening.weekday,
        nth=opening.nth,
        opens=opening.opens,
        closes=opening.closes,
        staff=opening.staff,
        level=opening.level,
        alone=opening.alone,
    )
