"""What is asked of reservations and of free time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import LONGEST_CLAIM, Reservation, ReservationState
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.members import guardians
from fablab.members.actor import Actor
from fablab.members.models import Member, Role

_SHOWN = (joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))

_LISTED = (
    select(
        Reservation.id,
        Reservation.resource_id,
        Resource.name.label("resource"),
        Reservation.starts_at.label("start"),
        Reservation.ends_at.label("end"),
        Reservation.state,
        Reservation.nature,
        Reservation.places,
        Reservation.member_id,
        Member.name.label("member"),
        Reservation.account_id,
        Reservation.project_id,
        Reservation.job,
        Reservation.guests,
        Reservation.companion_id,
        Reservation.started_at,
        Reservation.checked_in_at,
        Reservation.returned_at,
        Reservation.review,
        Reservation.review_by,
        Reservation.version,
    )
    .join(Resource, Resource.id == Reservation.resource_id)
    .join(Member, Member.id == Reservation.member_id)
)


def reservation(session: Session, reservation_id: int) -> Reservation:
    """The reservation with this id; NotFound if there is none."""
    query = (
        select(Reservation)
        .options(*_SHOWN)
        .where(Reservation.id == reservation_id, Reservation.offered_until.is_(None))
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"reservation {reservation_id}")
    return found


def reservation_seen_by(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """The same, if it is the person's own or their ward's, or they are staff of its site; NotFound otherwise."""
    found = reservation(session, reservation_id)
    check_seen_by(session, actor, found)
    return found


def reservation_met_by(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """The same for hosts of its site too, who meet whoever comes."""
    found = reservation(session, reservation_id)
    if not actor.may_at_site(Role.HOST, found.resource.site_id):
        check_seen_by(session, actor, found)
    return found


def check_seen_by(session: Session, actor: Actor, found: Reservation) -> None:
    """NotFound unless that is so; asked again once it is locked, since it may be handed over meanwhile."""
    is_staff = actor.may_at_site(Role.FABMANAGER, found.resource.site_id)
    if not is_staff and not guardians.acts_for(session, actor, found.member_id):
        raise NotFound(f"reservation {found.id}")


def reservations(
    session: Session,
    within: Period,
    *,
    member_id: int | None = None,
    or_sites: Iterable[int] = (),
    resource_id: int | None = None,
    offset: int = 0,
    limit: int = 2000,
) -> list[Reservation]:
    """Reservations that stand and touch the period, in order; of one member, or else at one of these sites."""
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .options(*_SHOWN)
        .where(*_standing_in(within))
        .order_by(Reservation.starts_at, Reservation.id)
        .offset(offset)
        .limit(limit)
    )
    if resource_id is not None:
        query = query.where(Reservation.resource_id == resource_id)
    if member_id is not None:
        query = query.where(or_(Reservation.member_id == member_id, Resource.site_id.in_(set(or_sites))))
    return list(session.scalars(query))


def listed(
    session: Session,
    actor: Actor,
    within: Period,
    *,
    resource_id: int | None = None,
    offset: int = 0,
    limit: int = 2000,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Reservations that stand and touch the period, in order: one's own, and for staff those of their sites. Columns
    only, since there may be thousands.
    """
    sites = actor.named_sites(Role.FABMANAGER)
    whose = "all" if actor.may_everywhere(Role.FABMANAGER) else "sites" if sites else "own"
    values = {
        "start": within.start,
        "end": within.end,
        "early": within.start - LONGEST_CLAIM,
        "resource_id": resource_id,
        "member_id": actor.member_id,
        "site_ids": sorted(sites),
        "offset": offset,
        "limit": limit,
    }
    return session.connection().execute(_list(whose, resource_id is not None), values).all()


@cache
def _list(whose: str, of_one: bool) -> Select[*tuple[Any, ...]]:
    """The statement of a list, composed once: of one's own, of some sites besides, or of all; of one resource, or of
    all.
    """
    query = _LISTED.where(
        Reservation.starts_at < bindparam("end"),
        Reservation.starts_at > bindparam("early"),
        Reservation.ends_at > bindparam("start"),
        Reservation.state == ReservationState.BOOKED,
    )
    if of_one:
        query = query.where(Reservation.resource_id == bindparam("resource_id"))
    own = Reservation.member_id == bindparam("member_id")
    if whose != "all":
        at_sites = Resource.site_id.in_(bindparam("site_ids", expanding=True))
        query = query.where(own if whose == "own" else or_(own, at_sites))
    query = query.order_by(Reservation.starts_at, Reservation.id)
    return query.offset(bindparam("offset")).limit(bindparam("limit"))


def _standing_in(within: Period) -> tuple[ColumnElement[bool], ...]:
    """None is longer than its claims, so that the years before need not be read."""
    return (
        Reservation.starts_at < within.end,
        Reservation.starts_at > within.start - LONGEST_CLAIM,
        Reservation.ends_at > within.start,
        Reservation.state == ReservationState.BOOKED,
    )


def upcoming(session: Session, member_id: int, now: datetime, *, limit: int = 50) -> list[Reservation]:
    """The member's reservations that are not over, the next one first."""
    query = (
        select(Reservation)
        .options(*_SHOWN)
        .where(
            Reservation.member_id == member_id,
            Reservation.ends_at > now,
            Reservation.state == ReservationState.BOOKED,
        )
        .order_by(Reservation.starts_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def ahead_on_account(session: Session, account_id: int, now: datetime, *, member_id: int | None = None) -> int:
    """How many standing reservations that are not over an account pays for: of one member, or of all."""
    query = select(func.count()).where(
        Reservation.account_id == account_id,
        Reservation.ends_at > now,
        Reservation.state == ReservationState.BOOKED,
    )
    if member_id is not None:
        query = query.where(Reservation.member_id == member_id)
    return session.scalar(query) or 0


def past(session: Session, member_id: int, now: datetime, *, limit: int = 20) -> list[Reservation]:
    """The member's reservations that are over or were cancelled, the latest first."""
    query = (
        select(Reservation)
        .options(*_SHOWN)
        .where(
            Reservation.member_id == member_id,
            or_(Reservation.ends_at <= now, Reservation.state != ReservationState.BOOKED),
            Reservation.offered_until.is_(None),
        )
        .order_by(Reservation.starts_at.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def running_on(session: Session, resource_id: int, moment: datetime, early: datetime) -> Reservation | None:
    """The reservation that has the resource at that instant, or else the one that begins next, up to `early`."""
    query = (
        select(Reservation)
        .where(
            Reservation.resource_id == resource_id,
            Reservation.state == ReservationState.BOOKED,
            Reservation.starts_at <= early,
            Reservation.ends_at > moment,
        )
        .order_by(Reservation.starts_at)
        .limit(1)
    )
    return session.scalar(query)
