"""Removing rooms: only where nothing stands any more."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fablab.catalog.models import Resource, ResourceState
from fablab.core.actor import Actor, Role
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.sites import queries as sites


def remove_room(session: Session, actor: Actor, room_id: int, now: datetime) -> None:
    """Remove an empty room; the history of what stood there keeps its name. Removing twice equals once.

    Raises:
        Forbidden: not a fabmanager of its site.
        NotFound: there is no such room.
        Refused: something stands there.
    """
    row = sites.room(session, room_id)
    actor.needs_at_site(Role.FABMANAGER, row.site_id)
    sites.lock_site(session, row.site_id)
    names = list(
        session.scalars(
            select(Resource.name)
            .where(Resource.room_id == room_id, Resource.state != ResourceState.RETIRED)
            .order_by(Resource.name)
            .limit(5)
        )
    )
    if names:
        text = _("In this room stands: %(names)s. Move it elsewhere first.", names=", ".join(names))
        raise Refused.because("room_used", text)
    session.execute(update(Resource).where(Resource.room_id == room_id).values(room_id=None))  # What is retired.
    row.removed_at = row.removed_at or now
    session.flush()
