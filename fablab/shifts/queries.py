"""What is asked of shifts, and when staff are there."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from fablab.core.errors import NotFound
from fablab.core.period import Period, common, merged, without
from fablab.shifts.models import Duty, DutyState, HandoverNote, Shift
from fablab.sites import timetables
from fablab.sites.hours import Hours
from fablab.sites.models import Site, Staffing
from fablab.sites.timetables import SiteTimetables

LONGEST_SHIFT = timedelta(hours=24)
_WHOLE = (
    joinedload(Shift.site),
    joinedload(Shift.course),
    selectinload(Shift.duties).joinedload(Duty.member),
)


def hours_of_sites(session: Session, sites: Iterable[Site], within: Period, now: datetime) -> dict[int, Hours]:
    """When each of these sites is open and staffed in a period; in at most three statements."""
    places = list(sites)
    tables = timetables.timetables_of(session, places, within.start.date() - timedelta(days=3))
    staff = staffed(session, places, tables, within, now)
    return {site.id: Hours(tables[site.id].chosen(()), staff[site.id]) for site in places}


def staffed(
    session: Session, sites: Iterable[Site], tables: dict[int, SiteTimetables], within: Period, now: datetime
) -> dict[int, tuple[Period, ...]]:
    """When staff are at each of these sites.

    Where employees are, that is what the timetable plans. Where people take shifts, it is what the timetable plans as
    long as it is further ahead than the site's notice, and from there on what enough people have confirmed.
    """
    places = list(sites)
    confirmed = _confirmed(session, [site.id for site in places if site.staffing == Staffing.SHIFTS], within)
    found = {}
    for site in places:
        main = tables[site.id].main
        planned = main.planned(within) if main else []
        if site.staffing == Staffing.PLANNED:
            found[site.id] = tuple(planned)
            continue
        near = [Period(min(within.start, now), now + timedelta(hours=max(1, site.shift_notice_hours)))]
        covered = common(confirmed.get(site.id, []), [within])
        found[site.id] = tuple(merged([*without(planned, near), *covered]))
    return found


def shifts(
    session: Session, site_ids: Iterable[int], within: Period, *, member_id: int | None = None, limit: int = 500
) -> list[Shift]:
    """The shifts of these sites that touch a period and were not withdrawn, with their people, in order."""
    query = (
        select(Shift)
        .options(*_WHOLE)
        .where(
            Shift.site_id.in_(set(site_ids)),
            Shift.withdrawn_at.is_(None),
            Shift.starts_at < within.end,
            Shift.starts_at > within.start - LONGEST_SHIFT,
            Shift.ends_at > within.start,
        )
        .order_by(Shift.starts_at, Shift.site_id, Shift.id)
        .limit(limit)
    )
    if member_id is not None:
        stands = (DutyState.TAKEN, DutyState.CONFIRMED)
        query = query.where(Shift.duties.any((Duty.member_id == member_id) & Duty.state.in_(stands)))
    return list(session.scalars(query))


def shift(session: Session, shift_id: int) -> Shift:
    """The shift with this id; NotFound if there is none."""
    found = session.scalar(select(Shift).options(*_WHOLE).where(Shift.id == shift_id))
    if found is None:
        raise NotFound(f"shift {shift_id}")
    return found


def notes_of(session: Session, site_id: int, before: datetime, *, limit: int = 20) -> list[HandoverNote]:
    """What was handed over at a site up to an instant, the latest first."""
    query = (
        select(HandoverNote)
        .join(Shift, HandoverNote.shift_id == Shift.id)
        .options(joinedload(HandoverNote.member))
        .where(Shift.site_id == site_id, HandoverNote.at <= before)
        .order_by(HandoverNote.at.desc(), HandoverNote.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def service(session: Session, site_ids: Iterable[int], within: Period, now: datetime) -> dict[int, int]:
    """Seconds of service that each person did on shift in a period: confirmed, and over."""
    query = (
        select(Duty.member_id, Shift.starts_at, Shift.ends_at)
        .join(Shift, Duty.shift_id == Shift.id)
        .where(
            Shift.site_id.in_(set(site_ids)),
            Shift.withdrawn_at.is_(None),
            Duty.state == DutyState.CONFIRMED,
            Shift.starts_at < within.end,
            Shift.ends_at > within.start,
            Shift.ends_at <= now,
        )
    )
    found: dict[int, int] = {}
    for member_id, start, end in session.execute(query):
        part = Period(start, end).within(within)
        found[member_id] = found.get(member_id, 0) + (part.seconds if part else 0)
    return found


def _confirmed(session: Session, site_ids: Iterable[int], within: Period) -> dict[int, list[Period]]:
    """When each site has shifts for which enough people confirmed."""
    wanted = set(site_ids)
    if not wanted:
        return {}
    query = (
        select(Shift.site_id, Shift.starts_at, Shift.ends_at)
        .join(Duty, Duty.shift_id == Shift.id)
        .where(
            Shift.site_id.in_(wanted),
            Shift.withdrawn_at.is_(None),
            Duty.state == DutyState.CONFIRMED,
            Shift.starts_at < within.end,
            Shift.starts_at > within.start - LONGEST_SHIFT,
            Shift.ends_at > within.start,
        )
        .group_by(Shift.id, Shift.site_id, Shift.starts_at, Shift.ends_at, Shift.minimum)
        .having(func.count(Duty.id) >= Shift.minimum)
    )
    found: dict[int, list[Period]] = {}
    for site_id, start, end in session.execute(query):
        found.setdefault(site_id, []).append(Period(start, end))
    return found
