"""What is asked of shifts, and when staff are there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from fablab.core.errors import NotFound
from fablab.core.period import Period, common, merged, without
from fablab.shifts.models import Duty, DutyState, HandoverNote, Shift
from fablab.sites import timetables
from fablab.sites.hours import Hours
from fablab.sites.models import Site, Staffing
from fablab.sites.timetables import SiteTimetables

LONGEST_SHIFT = timedelta(hours=24)
LONGEST_NOTICE = timedelta(hours=336)
_LONGEST_LAID = LONGEST_SHIFT + timedelta(hours=1)
"""A whole day of the timetable, when the clocks go back."""
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

    Where employees are, that is what the timetable plans. Where people take shifts, it is what the timetable plans,
    less what staff took off the plan, as long as it is further ahead than the site's notice, and from there on what
    enough people have confirmed.
    """
    places = list(sites)
    known = _known(session, [site.id for site in places if site.staffing == Staffing.SHIFTS], within)
    found = {}
    for site in places:
        main = tables[site.id].main
        planned = main.planned(within) if main else []
        if site.staffing == Staffing.PLANNED:
            found[site.id] = tuple(planned)
            continue
        near = [Period(min(within.start, now), now + timedelta(hours=max(1, site.shift_notice_hours)))]
        covered = common(known[site.id].confirmed, [within])
        found[site.id] = tuple(merged([*without(planned, [*near, *known[site.id].gaps]), *covered]))
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
            Shift.starts_at > within.start - _LONGEST_LAID,
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


def duty(session: Session, duty_id: int) -> Duty:
    """The duty with this id, with its shift; NotFound if there is none."""
    query = select(Duty).options(joinedload(Duty.member), joinedload(Duty.shift).joinedload(Shift.site))
    found = session.scalar(query.where(Duty.id == duty_id))
    if found is None:
        raise NotFound(f"duty {duty_id}")
    return found


def standing_duties(session: Session, member_id: int, within: Period) -> list[Duty]:
    """The duties that stand of a person on shifts that touch a period."""
    query = (
        select(Duty)
        .join(Shift, Duty.shift_id == Shift.id)
        .options(joinedload(Duty.shift).joinedload(Shift.site))
        .where(
            Duty.member_id == member_id,
            Duty.state.in_((DutyState.TAKEN, DutyState.CONFIRMED)),
            Shift.withdrawn_at.is_(None),
            Shift.starts_at < within.end,
            Shift.ends_at > within.start,
        )
        .order_by(Shift.starts_at)
    )
    return list(session.scalars(query))


def asked_of(session: Session, member_id: int, now: datetime) -> list[Duty]:
    """The duties that others offer to this person in exchange for one of theirs."""
    own = aliased(Duty)
    query = (
        select(Duty)
        .join(Shift, Duty.shift_id == Shift.id)
        .join(own, Duty.in_exchange_for_id == own.id)
        .options(joinedload(Duty.member), joinedload(Duty.shift).joinedload(Shift.site))
        .where(
            own.member_id == member_id,
            own.state.in_((DutyState.TAKEN, DutyState.CONFIRMED)),
            Duty.offered_at.is_not(None),
            Duty.state.in_((DutyState.TAKEN, DutyState.CONFIRMED)),
            Shift.withdrawn_at.is_(None),
            Shift.ends_at > now,
        )
        .order_by(Shift.starts_at)
    )
    return list(session.scalars(query))


def short(session: Session, now: datetime) -> list[Shift]:
    """The shifts that must have their people by now, lack some, and of which staff were not told yet."""
    query = (
        select(Shift)
        .join(Shift.site)
        .options(*_WHOLE)
        .where(
            Shift.withdrawn_at.is_(None),
            Shift.alerted_at.is_(None),
            Shift.starts_at > now,
            Shift.starts_at <= now + LONGEST_NOTICE,
            Site.staffing == Staffing.SHIFTS,
        )
        .order_by(Shift.starts_at, Shift.id)
    )
    return [
        row
        for row in session.scalars(query)
        if row.starts_at <= now + timedelta(hours=row.site.shift_notice_hours)
        and sum(duty.state == DutyState.CONFIRMED for duty in row.duties) < row.minimum
    ]


def to_confirm(session: Session, now: datetime, early: timedelta) -> list[Duty]:
    """The duties that are taken but not confirmed, of shifts that must have their people by `early` from now."""
    query = (
        select(Duty)
        .join(Shift, Duty.shift_id == Shift.id)
        .options(joinedload(Duty.member), joinedload(Duty.shift).joinedload(Shift.site))
        .where(
            Duty.state == DutyState.TAKEN,
            Shift.withdrawn_at.is_(None),
            Shift.starts_at > now,
            Shift.starts_at <= now + LONGEST_NOTICE + early,
        )
    )
    return [
        row
        for row in session.scalars(query)
        if row.shift.starts_at - timedelta(hours=row.shift.site.shift_notice_hours) - early <= now
    ]


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


@dataclass(slots=True)
class _Known:
    """What is known of a site's shifts: those with enough people, all that stand, and those of the timetable that
    staff took off the plan.
    """

    confirmed: list[Period] = field(default_factory=list)
    standing: list[Period] = field(default_factory=list)
    withdrawn: list[Period] = field(default_factory=list)

    @property
    def gaps(self) -> list[Period]:
        """Where a shift was withdrawn and no other stands."""
        return list(without(self.withdrawn, self.standing))


def _known(session: Session, site_ids: Iterable[int], within: Period) -> dict[int, _Known]:
    """What is known of each site's shifts in a period; nothing is asked where there is none of these sites."""
    found = {site_id: _Known() for site_id in site_ids}
    if not found:
        return found
    comes = (Duty.shift_id == Shift.id) & (Duty.state == DutyState.CONFIRMED)
    query = (
        select(Shift.site_id, Shift.starts_at, Shift.ends_at, Shift.withdrawn_at, func.count(Duty.id) >= Shift.minimum)
        .outerjoin(Duty, comes)
        .where(
            Shift.site_id.in_(found),
            # One that the timetable itself lost has no key any more, and is no gap in it.
            or_(Shift.withdrawn_at.is_(None), Shift.key.is_not(None)),
            Shift.starts_at < within.end,
            Shift.starts_at > within.start - _LONGEST_LAID,
            Shift.ends_at > within.start,
        )
        .group_by(Shift.id, Shift.site_id, Shift.starts_at, Shift.ends_at, Shift.withdrawn_at, Shift.minimum)
    )
    for site_id, start, end, withdrawn_at, is_filled in session.execute(query):
        site, period = found[site_id], Period(start, end)
        if withdrawn_at is not None:
            site.withdrawn.append(period)
            continue
        site.standing.append(period)
        if is_filled:
            site.confirmed.append(period)
    return found
