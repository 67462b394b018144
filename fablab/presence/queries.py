"""What is asked of presence: who is in, who was, who comes often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.core.text import plain_of
from fablab.members.models import Member
from fablab.presence import rules
from fablab.presence.models import Arrival
from fablab.shifts.queries import hours_of_sites
from fablab.sites.models import Site
from fablab.sites.models.timetables import HIGHEST_LEVEL

MOST = 2000
"""As many stays are shown at once; no building that we know holds more."""
_WHOLE = (
    joinedload(Arrival.site),
    joinedload(Arrival.member),
    joinedload(Arrival.reason),
    joinedload(Arrival.public_kind),
)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody, or a group, who has not left as far as is known."""

    arrival: Arrival
    is_unsure: bool
    """The place has closed since, and nobody said that they left: perhaps it was forgotten."""


def arrival(session: Session, arrival_id: int) -> Arrival:
    """The arrival with this id; NotFound if there is none."""
    found = session.scalar(select(Arrival).options(*_WHOLE).where(Arrival.id == arrival_id))
    if found is None:
        raise NotFound(f"arrival {arrival_id}")
    return found


def who_is_in(session: Session, site_id: int, now: datetime) -> list[Present]:
    """Who is in the building now, by name, guests and groups last. It is for staff of the site, and does not ask."""
    query = select(Arrival).options(*_WHOLE).where(Arrival.site_id == site_id, Arrival.departed_at.is_(None))
    rows = list(session.scalars(query.order_by(Arrival.arrived_at, Arrival.id).limit(MOST)))
    ends = ends_of(session, rows, now)
    found = [Present(row, rules.is_unsure(ends[row.id], now)) for row in rows]
    return sorted(found, key=lambda item: _order(item.arrival))


def heads(present: Iterable[Present]) -> int:
    """How many people these are."""
    return sum(item.arrival.headcount for item in present)


def ends_of(session: Session, arrivals: Iterable[Arrival], now: datetime) -> dict[int, datetime]:
    """When each of these stays is over if nobody ends it; in at most three statements."""
    rows = list(arrivals)
    if not rows:
        return {}
    places = {row.site_id: row.site for row in rows}
    windows = [rules.seen_from(row.arrived_at) for row in rows]
    whole = Period(min(one.start for one in windows), max(one.end for one in windows))
    openings = openings_of(session, places.values(), whole, now)
    return {row.id: rules.end_of(row.arrived_at, openings[row.site_id], row.site.zone) for row in rows}


def openings_of(
    session: Session, places: Iterable[Site], within: Period, now: datetime
) -> dict[int, list[Period] | None]:
    """When anybody at all may be at each of these sites; None for one without hours."""
    hours = hours_of_sites(session, places, within, now)
    return {key: one.open(HIGHEST_LEVEL, within) if one.timetables else None for key, one in hours.items()}


def open_arrival_of(session: Session, member_id: int) -> Arrival | None:
    """Where somebody is now, as far as is known."""
    query = select(Arrival).options(*_WHOLE).where(Arrival.member_id == member_id, Arrival.departed_at.is_(None))
    return session.scalar(query)


def stay_at(session: Session, member_id: int, site_id: int, now: datetime) -> Arrival | None:
    """Somebody's stay at a site, which they may still end themselves: also shortly after it has closed."""
    row = open_arrival_of(session, member_id)
    if row is None or row.site_id != site_id or rules.is_forgotten(ends_of(session, [row], now)[row.id], now):
        return None
    return row


def latest_of(session: Session, member_id: int) -> Arrival | None:
    """Somebody's latest arrival, which tells why they usually come."""
    query = select(Arrival).options(*_WHOLE).where(Arrival.member_id == member_id)
    return session.scalar(query.order_by(Arrival.arrived_at.desc(), Arrival.id.desc()).limit(1))


def arrivals(session: Session, site_id: int, within: Period, *, offset: int = 0, limit: int = MOST) -> list[Arrival]:
    """The arrivals at a site in a period, in order."""
    query = (
        select(Arrival)
        .options(*_WHOLE)
        .where(Arrival.site_id == site_id, Arrival.arrived_at >= within.start, Arrival.arrived_at < within.end)
        .order_by(Arrival.arrived_at, Arrival.id)
        .offset(offset)
        .limit(limit)
    )
    return list(session.scalars(query))


def arrivals_of(
    session: Session, member_ids: Iterable[int], within: Period, *, offset: int = 0, limit: int = MOST
) -> list[Arrival]:
    """The arrivals of a person, given as the records that are theirs, in a period; the latest first."""
    query = (
        select(Arrival)
        .options(*_WHOLE)
        .where(
            Arrival.member_id.in_(set(member_ids)),
            Arrival.arrived_at >= within.start,
            Arrival.arrived_at < within.end,
        )
        .order_by(Arrival.arrived_at.desc(), Arrival.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return list(session.scalars(query))


def left_lately(session: Session, site_id: int, since: datetime, *, limit: int = 8) -> list[Arrival]:
    """Those who arrived at a site since an instant and have left, the latest first."""
    query = (
        select(Arrival)
        .options(*_WHOLE)
        .where(Arrival.site_id == site_id, Arrival.arrived_at >= since, Arrival.departed_at.is_not(None))
        .order_by(Arrival.departed_at.desc(), Arrival.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def visits_since(session: Session, site_id: int, since: datetime) -> int:
    """How many people arrived at a site since an instant, each time counted."""
    query = select(func.sum(Arrival.headcount)).where(Arrival.site_id == site_id, Arrival.arrived_at >= since)
    return session.scalar(query) or 0


def regulars(session: Session, site_id: int, since: datetime, *, limit: int = 30) -> list[int]:
    """Who came to a site most often since an instant, the most frequent first; their ids."""
    often = func.count()
    query = (
        select(Arrival.member_id)
        .where(Arrival.site_id == site_id, Arrival.arrived_at >= since, Arrival.member_id.is_not(None))
        .group_by(Arrival.member_id)
        .order_by(often.desc(), func.max(Arrival.arrived_at).desc())
        .limit(limit)
    )
    return [member_id for member_id in session.scalars(query) if member_id is not None]


def people(session: Session, member_ids: Iterable[int]) -> list[Member]:
    """Those of these people who have not left the lab."""
    wanted = (Member.id.in_(set(member_ids)), Member.left_at.is_(None), Member.merged_into_id.is_(None))
    return list(session.scalars(select(Member).where(*wanted).order_by(Member.id)))


def where_they_are(session: Session, member_ids: Iterable[int]) -> dict[int, int]:
    """At which site each of these people is now; those who are nowhere are left out."""
    query = select(Arrival.member_id, Arrival.site_id).where(
        Arrival.member_id.in_(set(member_ids)), Arrival.departed_at.is_(None)
    )
    return {row.member_id: row.site_id for row in session.execute(query) if row.member_id is not None}


def _order(row: Arrival) -> tuple[int, str, int]:
    """People by name, whatever its accents, then guests, then groups."""
    name = row.member.name if row.member else row.label or row.guest_name or ""
    return (0 if row.member else 2 if row.is_group else 1), plain_of(name), row.id
