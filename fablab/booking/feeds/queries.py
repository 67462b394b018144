"""What is asked for a feed: its row, and the reservations that it tells of, in a fixed number of statements."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from fablab.booking.feeds.events import last_change
from fablab.booking.models import CalendarFeed, ChangeKind, Claim, Reservation, ReservationChange, ReservationState
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.members.models import Member
from fablab.members.queries import hash_of

BACK, AHEAD = timedelta(days=92), timedelta(days=396)
"""Three months back, thirteen ahead."""
MOST = 2000
"""Events in a feed; the next ones come first, and what is over fills the rest."""
KEPT = timedelta(days=28)
"""How long what was cancelled or went elsewhere is told as such, so that calendars drop it."""

Found = list[tuple[Reservation, datetime]]
"""Reservations, each with when it became what it is."""
Gone = list[tuple[ReservationChange, Reservation]]
"""Reservations that were in a feed once, each with the change that took it elsewhere."""


def feed(session: Session, secret: str) -> CalendarFeed:
    """The feed that this secret opens; NotFound if it opens none, or its owner has left."""
    query = (
        select(CalendarFeed)
        .join(CalendarFeed.member)
        .options(
            joinedload(CalendarFeed.member),
            joinedload(CalendarFeed.resource).joinedload(Resource.site),
            joinedload(CalendarFeed.site),
        )
        .where(CalendarFeed.hash == hash_of(secret), CalendarFeed.revoked_at.is_(None), Member.left_at.is_(None))
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("calendar feed")
    return found


def feeds_of(session: Session, member_id: int) -> list[CalendarFeed]:
    """The feeds of a person that open, the newest first."""
    query = (
        select(CalendarFeed)
        .options(joinedload(CalendarFeed.resource).joinedload(Resource.site), joinedload(CalendarFeed.site))
        .where(CalendarFeed.member_id == member_id, CalendarFeed.revoked_at.is_(None))
    )
    return list(session.scalars(query.order_by(CalendarFeed.id.desc())))


def window(now: datetime) -> Period:
    """The time that a feed tells of."""
    return Period(now - BACK, now + AHEAD)


def of_people(session: Session, member_ids: Iterable[int], now: datetime) -> Found:
    """What these people have reserved, and what of it was cancelled of late."""
    return _found(session, Reservation.member_id.in_(set(member_ids)), now)


def of_resource(session: Session, resource_id: int, now: datetime) -> Found:
    """Whatever takes a resource, be it besides another; and what of its own was cancelled of late."""
    taken = select(Claim.reservation_id).where(
        Claim.resource_id == resource_id, Claim.active, Claim.occupied_to > window(now).start
    )
    return _found(session, or_(Reservation.resource_id == resource_id, Reservation.id.in_(taken)), now)


def at_site(session: Session, site_id: int, now: datetime) -> Found:
    """What is reserved at a site."""
    here = select(Resource.id).where(Resource.site_id == site_id)
    return _found(session, Reservation.resource_id.in_(here), now)


def handed_away(session: Session, member_ids: Iterable[int], now: datetime) -> Gone:
    """What these people have handed over to others of late, as it was then."""
    people = set(member_ids)
    query = _changes(now).where(
        ReservationChange.kind == ChangeKind.HANDED_OVER,
        ReservationChange.member_id.in_(people),
        Reservation.member_id.not_in(people),
    )
    return _latest(session, query)


def moved_off(session: Session, resource_id: int, now: datetime) -> Gone:
    """What was moved of late from a resource to another."""
    there = select(Claim.reservation_id).where(Claim.resource_id == resource_id, Claim.active)
    query = _changes(now).where(
        ReservationChange.resource_id == resource_id,
        Reservation.resource_id != resource_id,
        Reservation.id.not_in(there),
    )
    return _latest(session, query)


def moved_away(session: Session, site_id: int, now: datetime) -> Gone:
    """What was moved of late from a site to another."""
    before, present = aliased(Resource), aliased(Resource)
    query = (
        _changes(now)
        .join(before, before.id == ReservationChange.resource_id)
        .join(present, present.id == Reservation.resource_id)
        .where(before.site_id == site_id, present.site_id != site_id)
    )
    return _latest(session, query)


def _found(session: Session, theirs: ColumnElement[bool], now: datetime) -> Found:
    within = window(now)
    changed_at = (
        select(func.max(ReservationChange.at))
        .where(ReservationChange.reservation_id == Reservation.id)
        .correlate(Reservation)
        .scalar_subquery()
    )
    query = (
        select(Reservation, changed_at)
        .options(*_whole(Reservation.resource), joinedload(Reservation.member))
        .where(
            theirs,
            Reservation.offered_until.is_(None),
            or_(
                Reservation.state == ReservationState.BOOKED,
                Reservation.cancelled_at > now - KEPT,
                Reservation.missed_at > now - KEPT,
            ),
        )
    )
    ahead = query.where(Reservation.ends_at > now, Reservation.starts_at < within.end)
    rows = session.execute(ahead.order_by(Reservation.starts_at, Reservation.id).limit(MOST)).all()
    over = query.where(Reservation.ends_at <= now, Reservation.ends_at > within.start)
    rows = [
        *session.execute(over.order_by(Reservation.starts_at.desc(), Reservation.id).limit(MOST - len(rows))).all(),
        *rows,
    ]
    return sorted(
        ((row, last_change(row, changed)) for row, changed in rows), key=lambda item: (item[0].starts_at, item[0].id)
    )


def _changes(now: datetime) -> "Select[Any, Any]":
    within = window(now)
    return (
        select(ReservationChange, Reservation)
        .join(Reservation, Reservation.id == ReservationChange.reservation_id)
        .options(*_whole(ReservationChange.resource))
        .where(
            ReservationChange.at > now - KEPT,
            ReservationChange.starts_at < within.end,
            ReservationChange.ends_at > within.start,
        )
        .order_by(ReservationChange.id.desc())
        .limit(MOST)
    )


def _latest(session: Session, query: "Select[Any, Any]") -> Gone:
    """The last change of each reservation."""
    found: dict[int, tuple[ReservationChange, Reservation]] = {}
    for change, row in session.execute(query):
        found.setdefault(row.id, (change, row))
    return list(found.values())


def _whole(resource: Any) -> tuple[Any, ...]:
    return joinedload(resource).joinedload(Resource.site), joinedload(resource).joinedload(Resource.room)
