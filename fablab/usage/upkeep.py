"""Maintenance that was done a while ago: what the machine was used since then does not count as before it."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.catalog import maintenance
from fablab.catalog.maintenance import Done
from fablab.catalog.models import MaintenanceAct
from fablab.core.actor import Actor
from fablab.usage import queries


def note_done(session: Session, actor: Actor, resource_id: int, done: Done, now: datetime) -> MaintenanceAct:
    """Write down what was done to a resource; see `catalog.maintenance.note_done`."""
    used_since = queries.measured_since(session, resource_id, done.at)
    return maintenance.note_done(session, actor, resource_id, done, used_since, now)
