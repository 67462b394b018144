"""What is asked of the waiting list: who waits, for which resources, behind how many, and what is offered to them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import Offer, OfferState, Wait
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.members import guardians
from fablab.members.actor import Actor, Role

_SHOWN = (
    joinedload(Wait.member),
    joinedload(Wait.resource).joinedload(Resource.site),
    joinedload(Wait.category),
    joinedload(Wait.site),
)
_OFFERED = (joinedload(Offer.resource).joinedload(Resource.site), joinedload(Offer.wait).joinedload(Wait.member))
MOST = 50
"""So many who wait are looked at when something frees; all others at the worker's next round."""


def wait(session: Session, wait_id: int) -> Wait:
    """The wait with this id; NotFound if there is none."""
    found = session.scalar(select(Wait).options(*_SHOWN).where(Wait.id == wait_id))
    if found is None:
        raise NotFound(f"wait {wait_id}")
    return found


def wait_seen_by(session: Session, actor: Actor, wait_id: int) -> Wait:
    """The same, if it is the person's own or their ward's, or they are staff where it is; NotFound otherwise."""
    found = wait(session, wait_id)
    if guardians.acts_for(session, actor, found.member_id) or may_run(actor, found.resource, found.site_id):
        return found
    raise NotFound(f"wait {wait_id}")


def offer_seen_by(session: Session, actor: Actor, offer_id: int) -> Offer:
    """An offer to this person, or to their ward; NotFound for anybody else's."""
    found = session.scalar(select(Offer).options(*_OFFERED).where(Offer.id == offer_id))
    if found is None or not guardians.acts_for(session, actor, found.wait.member_id):
        raise NotFound(f"offer {offer_id}")
    return found


def may_run(actor: Actor, resource: Resource | None, site_id: int | None) -> bool:
    """Tell whether somebody is a fabmanager of the place of a wish: a resource's site, a site, or the network."""
    place = resource.site_id if resource else site_id
    return actor.may_everywhere(Role.FABMANAGER) if place is None else actor.may_at_site(Role.FABMANAGER, place)


def waits_of(session: Session, member_ids: Iterable[int], now: datetime) -> list[Wait]:
    """What these people wait for, in the order of joining."""
    query = select(Wait).options(*_SHOWN).where(Wait.member_id.in_(set(member_ids)), *_live(now))
    return list(session.scalars(query.order_by(Wait.joined_at, Wait.id)))


def waits_at(session: Session, site_id: int, now: datetime, *, limit: int = 200, offset: int = 0) -> list[Wait]:
    """All who wait for something at a site, in the order of joining."""
    at_site = select(Resource.id).where(Resource.site_id == site_id)
    kinds = select(Resource.category_id).where(Resource.site_id == site_id)
    here = or_(
        Wait.resource_id.in_(at_site),
        Wait.site_id == site_id,
        and_(Wait.resource_id.is_(None), Wait.site_id.is_(None), Wait.category_id.in_(kinds)),
    )
    query = select(Wait).options(*_SHOWN).where(here, *_live(now)).order_by(Wait.joined_at, Wait.id)
    return list(session.scalars(query.limit(limit).offset(offset)))


def offers_of(session: Session, member_ids: Iterable[int], now: datetime) -> list[Offer]:
    """What these people may accept now, what lapses first first."""
    query = (
        select(Offer)
        .join(Wait, Wait.id == Offer.wait_id)
        .options(*_OFFERED)
        .where(Wait.member_id.in_(set(member_ids)), Offer.state == OfferState.OPEN, Offer.until > now)
    )
    return list(session.scalars(query.order_by(Offer.until, Offer.id)))


def resources_for(session: Session, item: Wait) -> list[Resource]:
    """The resources that would do, by site and name."""
    return [row for row in catalog.resources(session) if is_for(item, row)]


def is_for(item: Wait, row: Resource) -> bool:
    """Tell whether a resource would do for somebody who waits."""
    if item.resource_id is not None:
        return row.id == item.resource_id
    return row.category_id == item.category_id and item.site_id in (None, row.site_id)


def in_line(session: Session, rows: Collection[Resource], freed: Period, now: datetime) -> list[Wait]:
    """Those who wait for one of these resources at that time and are offered nothing yet, the first in line first;
    locked until the transaction ends, without those whom somebody deals with at this moment.
    """
    meant: list[ColumnElement[bool]] = [Wait.resource_id.in_([row.id for row in rows])]
    for category_id, site_id in {(row.category_id, row.site_id) for row in rows}:
        anywhere = or_(Wait.site_id.is_(None), Wait.site_id == site_id)
        meant.append(and_(Wait.category_id == category_id, anywhere))
    query = select(Wait).where(
        or_(*meant), *_live(now), *_unserved(), Wait.from_at < freed.end, Wait.to_at > freed.start
    )
    return _locked(session, query.order_by(Wait.joined_at, Wait.id).limit(MOST))


def unserved(session: Session, now: datetime) -> list[int]:
    """Of all who wait and are offered nothing, the first in line first."""
    query = select(Wait.id).where(*_live(now), *_unserved()).order_by(Wait.joined_at, Wait.id)
    return list(session.scalars(query))


def lock_unserved(session: Session, wait_id: int, now: datetime) -> Wait | None:
    """One of them, locked; None if somebody deals with it at this moment, or did."""
    found = _locked(session, select(Wait).where(Wait.id == wait_id, *_live(now), *_unserved()))
    return found[0] if found else None


def lock(session: Session, wait_id: int) -> Wait:
    """Somebody's wait as it is now, and nobody else offers, answers or ends it until the transaction ends. Resources
    are locked before it, members after it.
    """
    query = select(Wait).where(Wait.id == wait_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def open_offer(session: Session, wait_id: int) -> Offer | None:
    """What is offered to somebody who waits and was not answered yet, even if its time is over."""
    query = select(Offer).where(Offer.wait_id == wait_id, Offer.state == OfferState.OPEN)
    return session.scalar(query.execution_options(populate_existing=True))


def offered_before(session: Session, item: Wait, resource_id: int) -> list[Period]:
    """The times of a resource that somebody who waits was offered before: nobody is asked the same twice."""
    query = select(Offer.starts_at, Offer.ends_at).where(Offer.wait_id == item.id, Offer.resource_id == resource_id)
    return [Period(row.starts_at, row.ends_at) for row in session.execute(query.order_by(Offer.starts_at))]


def place_in_line(session: Session, item: Wait, now: datetime) -> int:
    """Where somebody stands: 1 is first. Only those count who wait for some of the same at some of the same time."""
    before = or_(Wait.joined_at < item.joined_at, and_(Wait.joined_at == item.joined_at, Wait.id < item.id))
    query = select(Wait).where(*_live(now), before, Wait.from_at < item.to_at, Wait.to_at > item.from_at)
    own = resources_for(session, item)
    return 1 + sum(any(is_for(other, row) for row in own) for other in session.scalars(query))


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Wait.ended_at.is_(None), Wait.to_at > now)


def _unserved() -> tuple[ColumnElement[bool], ...]:
    offered = select(Offer.wait_id).where(Offer.state == OfferState.OPEN)
    return (Wait.id.not_in(offered),)


def _locked(session: Session, query: Select[Wait]) -> list[Wait]:
    locking = query.with_for_update(skip_locked=True, of=Wait)
    return list(session.scalars(locking.execution_options(populate_existing=True)))
