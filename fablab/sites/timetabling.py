"""What a fabmanager does to a site's timetables. Changing hours touches reservations: all but adding a timetable goes
through `booking.changes.change_hours`."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.core.versions import check_version
from fablab.sites import hours, queries, timetables
from fablab.sites.entities import CENTURY
from fablab.sites.models import HoursException, OpeningHours, Season, Timetable
from fablab.sites.services import opening_row
from fablab.sites.wording import opening_reasons, season_name

MOST_OPENINGS = 60
MOST_SEASONS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonCard:
    """A season as a fabmanager writes it; without days it is the usual one."""

    openings: tuple[hours.Opening, ...]
    name: str = ""
    first_on: date | None = None
    last_on: date | None = None


def add_timetable(
    session: Session, actor: Actor, site_id: int, name: str, *, keeps_holidays: bool = False
) -> Timetable:
    """Give a site its own timetable if it has none yet, else a narrower one; closed until openings are written.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: it has no name, or another of the site's is called so.
    """
    queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    _check_name(session, site_id, name, None)
    is_main = timetables.main_row(session, site_id) is None
    row = Timetable(site_id=site_id, name=line_of(name), is_main=is_main, keeps_holidays=keeps_holidays)
    session.add(row)
    session.flush()
    session.add(Season(timetable_id=row.id))
    session.flush()
    return row


def edit_timetable(
    session: Session, actor: Actor, timetable_id: int, name: str, *, keeps_holidays: bool, version: int
) -> Timetable:
    """Rename a timetable, and say whether it closes on public holidays.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: it would have no name, or that of another.
        Conflict: somebody else changed it since.
    """
    row = _locked(session, actor, timetable_id, version)
    _check_name(session, row.site_id, name, row.id)
    row.name = line_of(name)
    row.keeps_holidays = keeps_holidays
    row.version += 1
    session.flush()
    return row


def write_season(
    session: Session, actor: Actor, timetable_id: int, season_id: int | None, card: SeasonCard, version: int
) -> Season:
    """Write a season anew with all its openings, or (without an id) add one.

    Raises:
        Forbidden: not a fabmanager of the site.
        NotFound: the timetable has no such season.
        Refused: hours that no day has, days in the wrong order, or days of another season.
        Conflict: somebody else changed the timetable since.
    """
    row = _locked(session, actor, timetable_id, version)
    others = [season for season, _openings in timetables.seasons_of(session, row.id) if season.id != season_id]
    season = Season(timetable_id=row.id) if season_id is None else _season(session, row.id, season_id)
    reasons = _season_reasons(card, others) + opening_reasons(card.openings, queries.access_levels(session))
    if reasons:
        raise Refused(reasons)
    season.name, season.first_on, season.last_on = line_of(card.name), card.first_on, card.last_on
    session.add(season)
    session.flush()
    session.execute(delete(OpeningHours).where(OpeningHours.season_id == season.id))
    session.add_all(opening_row(season.id, opening) for opening in card.openings)
    row.version += 1
    session.flush()
    return season


def remove_season(session: Session, actor: Actor, timetable_id: int, season_id: int, version: int) -> None:
    """Remove a dated season: the usual one holds on its days.

    Raises:
        Forbidden: not a fabmanager of the site.
        NotFound: the timetable has no such season.
        Refused: it is the usual one, which every timetable has.
        Conflict: somebody else changed the timetable since.
    """
    row = _locked(session, actor, timetable_id, version)
    season = _season(session, row.id, season_id)
    if season.first_on is None:
        raise Refused.because("usual", _("The usual season stays. To close, take its openings out and save."))
    session.execute(delete(OpeningHours).where(OpeningHours.season_id == season.id))
    session.delete(season)
    row.version += 1
    session.flush()


def delete_timetable(session: Session, row: Timetable) -> None:
    """Delete a narrower timetable with all it says; whether something uses it, `catalog.timetabling` has asked."""
    session.execute(delete(HoursException).where(HoursException.timetable_id == row.id))
    for season, _openings in timetables.seasons_of(session, row.id):
        session.execute(delete(OpeningHours).where(OpeningHours.season_id == season.id))
        session.delete(season)
    session.flush()
    session.delete(row)
    session.flush()


def _locked(session: Session, actor: Actor, timetable_id: int, version: int) -> Timetable:
    row = timetables.row(session, timetable_id)
    actor.needs_at_site(Role.FABMANAGER, row.site_id)
    queries.lock_site(session, row.site_id)
    session.refresh(row)
    check_version(row.version, version)
    return row


def _season(session: Session, timetable_id: int, season_id: int) -> Season:
    found = session.get(Season, season_id)
    if found is None or found.timetable_id != timetable_id:
        raise NotFound(f"season {season_id}")
    return found


def _check_name(session: Session, site_id: int, name: str, own_id: int | None) -> None:
    wanted = line_of(name)
    if not wanted:
        raise Refused.because("name_missing", _("A timetable needs a name."))
    if any(row.name == wanted and row.id != own_id for row in timetables.rows_of(session, site_id)):
        text = _("This site has a timetable called “%(name)s” already.", name=wanted[:120])
        raise Refused.because("name_taken", text)


def _season_reasons(card: SeasonCard, others: list[Season]) -> list[Refusal]:
    reasons = []
    if len(card.openings) > MOST_OPENINGS:
        text = _("A season has at most %(count)s openings.", count=MOST_OPENINGS)
        reasons.append(Refusal("too_many_openings", text))
    if len(others) >= MOST_SEASONS:
        text = _("A timetable has at most %(count)s seasons; remove those that are over.", count=MOST_SEASONS)
        reasons.append(Refusal("too_many_seasons", text))
    if card.first_on is None and card.last_on is None:
        if any(season.first_on is None for season in others):
            reasons.append(Refusal("usual_exists", _("A timetable has one usual season. Give this one its two days.")))
        return reasons
    if card.first_on is None or card.last_on is None:
        reasons.append(Refusal("days", _("A season has a first day and a last day, or neither.")))
    elif card.first_on > card.last_on:
        reasons.append(Refusal("days", _("The season ends before it begins.")))
    elif not (CENTURY[0] <= card.first_on and card.last_on <= CENTURY[1]):
        reasons.append(Refusal("days", _("Choose days of this century.")))
    else:
        reasons += _overlaps(card, card.first_on, card.last_on, others)
    return reasons


def _overlaps(card: SeasonCard, first: date, last: date, others: list[Season]) -> list[Refusal]:
    return [
        Refusal(
            "seasons_overlap",
            _(
                "%(one)s and %(other)s share days. Change the days of one of them.",
                one=season_name(card.name, first, last),
                other=season_name(season.name, season.first_on, season.last_on),
            ),
        )
        for season in others
        if season.first_on and season.last_on and season.first_on <= last and first <= season.last_on
    ]
