"""What is asked of draws and of wishes for them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import Draw, DrawEntry, EntryState
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.members import guardians
from fablab.members.actor import Actor

SHOWN = timedelta(days=31)
"""What was decided is shown for so long."""
_SHOWN = (joinedload(DrawEntry.resource).joinedload(Resource.site), joinedload(DrawEntry.member))


def entries_of(session: Session, member_ids: Collection[int], now: datetime) -> list[DrawEntry]:
    """What people wish, or wished until lately; what is decided next first."""
    query = select(DrawEntry).where(
        DrawEntry.member_id.in_(set(member_ids)),
        DrawEntry.state != EntryState.WITHDRAWN,
        (DrawEntry.state == EntryState.OPEN) | (DrawEntry.draws_at > now - SHOWN),
    )
    return list(session.scalars(query.options(*_SHOWN).order_by(DrawEntry.draws_at, DrawEntry.id).limit(200)))


def entry(session: Session, entry_id: int) -> DrawEntry:
    """A wish with what it is for; NotFound if there is none."""
    found = session.scalar(select(DrawEntry).options(*_SHOWN).where(DrawEntry.id == entry_id))
    if found is None:
        raise NotFound(f"wish {entry_id}")
    return found


def own_entry(session: Session, actor: Actor, entry_id: int) -> DrawEntry:
    """The same if it is the person's own or their ward's; NotFound otherwise."""
    found = entry(session, entry_id)
    if not guardians.acts_for(session, actor, found.member_id):
        raise NotFound(f"wish {entry_id}")
    return found


def open_of(session: Session, member_id: int, site_id: int, draws_at: datetime) -> list[DrawEntry]:
    """What somebody wishes in one draw, the dearest first."""
    query = select(DrawEntry).where(
        DrawEntry.member_id == member_id,
        DrawEntry.site_id == site_id,
        DrawEntry.draws_at == draws_at,
        DrawEntry.state == EntryState.OPEN,
    )
    return list(session.scalars(query.order_by(DrawEntry.id)))


def open_at(session: Session, site_id: int, draws_at: datetime) -> list[DrawEntry]:
    """All that is wished in one draw, as it is now."""
    query = select(DrawEntry).where(
        DrawEntry.site_id == site_id, DrawEntry.draws_at == draws_at, DrawEntry.state == EntryState.OPEN
    )
    fresh = query.options(*_SHOWN).order_by(DrawEntry.id).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def is_waited_for(session: Session, site_id: int, draws_at: datetime) -> bool:
    """Tell whether a draw is still to be made in which somebody takes part."""
    query = select(DrawEntry.id).where(
        DrawEntry.site_id == site_id, DrawEntry.draws_at == draws_at, DrawEntry.state == EntryState.OPEN
    )
    return session.scalar(query.limit(1)) is not None


def due(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """The draws whose hour has come: where, and for when they were announced."""
    query = select(DrawEntry.site_id, DrawEntry.draws_at).where(
        DrawEntry.state == EntryState.OPEN, DrawEntry.draws_at <= now
    )
    found = session.execute(query.distinct().order_by(DrawEntry.draws_at, DrawEntry.site_id))
    return [(site_id, at) for site_id, at in found]


def made_at(session: Session, site_id: int, most: int = 20) -> list[Draw]:
    """The draws of a site, the latest first."""
    query = select(Draw).where(Draw.site_id == site_id).order_by(Draw.draws_at.desc()).limit(most)
    return list(session.scalars(query))


def announced_at(session: Session, site_id: int) -> list[tuple[datetime, int, int]]:
    """The draws to come at a site: when, how many wishes, and of how many people."""
    query = (
        select(DrawEntry.draws_at, func.count(), func.count(DrawEntry.member_id.distinct()))
        .where(DrawEntry.site_id == site_id, DrawEntry.state == EntryState.OPEN)
        .group_by(DrawEntry.draws_at)
        .order_by(DrawEntry.draws_at)
    )
    return [(at, wishes, people) for at, wishes, people in session.execute(query)]
