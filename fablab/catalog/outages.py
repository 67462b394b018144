"""What is asked of outages: the log of a resource's states, and what should be back by now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.catalog.models import Resource, ResourceState, StateChange
from fablab.members.models import Member


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log, and who wrote it."""

    change: StateChange
    by: str | None


def state_log(session: Session, resource_id: int, *, limit: int = 6) -> list[Logged]:
    """What staff said of a resource's state, the latest first."""
    query = (
        select(StateChange, Member.name)
        .outerjoin(Member, Member.id == StateChange.by_id)
        .where(StateChange.resource_id == resource_id)
        .order_by(StateChange.at.desc(), StateChange.id.desc())
        .limit(limit)
    )
    return [Logged(change, name) for change, name in session.execute(query)]


def late(session: Session, site_ids: Iterable[int], now: datetime) -> list[Resource]:
    """What was expected back by now at these sites and is still out, the latest to be back first."""
    query = (
        select(Resource)
        .options(joinedload(Resource.site))
        .where(
            Resource.site_id.in_(set(site_ids)),
            Resource.state.in_([ResourceState.OUT_OF_ORDER, ResourceState.MAINTENANCE]),
            Resource.state_until <= now,
        )
        .order_by(Resource.state_until, Resource.id)
    )
    return list(session.scalars(query))
