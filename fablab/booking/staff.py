"""Staff of a site act on what members reserved there."""

from sqlalchemy.orm import Session

from fablab.booking import queries
from fablab.booking.models import Reservation
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.errors import Forbidden
from fablab.members.actor import Actor, Role


def act_for(actor: Actor, member_id: int, resource: Resource) -> bool:
    """Tell whether a fabmanager of a resource's site acts for somebody else."""
    return actor.member_id != member_id and actor.may_at_site(Role.FABMANAGER, resource.site_id)


def act_on(actor: Actor, row: Reservation) -> bool:
    """Tell whether a fabmanager of its site acts on a reservation of somebody else."""
    return act_for(actor, row.member_id, row.resource)


def locked(session: Session, actor: Actor, reservation_id: int, to: str) -> Reservation:
    """A reservation on which staff of its site act, with its resource locked until the transaction ends.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Forbidden: not a fabmanager of its site; `to` says for what.
    """
    row = queries.reservation_seen_by(session, actor, reservation_id)
    if not actor.may_at_site(Role.FABMANAGER, row.resource.site_id):
        raise Forbidden(f"{to} reservation {reservation_id}")
    catalog.lock_resources(session, [row.resource_id])
    session.refresh(row)
    return row
