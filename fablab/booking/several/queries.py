"""What is asked of series, and of what was reserved together."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import queries
from fablab.booking.models import Reservation, ReservationSeries, ReservationState
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.members import guardians
from fablab.members.actor import Actor
from fablab.members.models import Role

_SHOWN = (joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))


def series_seen_by(session: Session, actor: Actor, series_id: int) -> ReservationSeries:
    """The series, if it is the person's own or their ward's, or they are staff of its site; NotFound otherwise."""
    query = select(ReservationSeries).where(ReservationSeries.id == series_id)
    shown = (joinedload(ReservationSeries.resource).joinedload(Resource.site), joinedload(ReservationSeries.member))
    found = session.scalar(query.options(*shown).execution_options(populate_existing=True))
    if found is None or not _is_seen(session, actor, found.member_id, found.resource.site_id):
        raise NotFound(f"series {series_id}")
    return found


def reservations_of(session: Session, actor: Actor, series_id: int) -> list[Reservation]:
    """Those of a series that the person may see, however they ended, in order of time."""
    return _seen(session, actor, Reservation.series_id == series_id)


def together_with(session: Session, actor: Actor, reservation_id: int) -> list[Reservation]:
    """A reservation and all that were made together with it, as far as the person may see them, by resource.

    Raises:
        NotFound: that one is not theirs to see.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    if seen.together_id is None:
        return [seen]
    found = _seen(session, actor, Reservation.together_id == seen.together_id)
    return sorted(found, key=lambda row: (row.resource.name, row.id))


def is_to_come(row: Reservation, now: datetime) -> bool:
    """It stands and has not begun."""
    return row.state == ReservationState.BOOKED and row.started_at is None and row.starts_at > now


def _seen(session: Session, actor: Actor, those: ColumnElement[bool]) -> list[Reservation]:
    query = select(Reservation).options(*_SHOWN).where(those).order_by(Reservation.starts_at, Reservation.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    may = {key: _is_seen(session, actor, *key) for key in {(row.member_id, row.resource.site_id) for row in found}}
    return [row for row in found if may[row.member_id, row.resource.site_id]]


def _is_seen(session: Session, actor: Actor, member_id: int, site_id: int) -> bool:
    return actor.may_at_site(Role.FABMANAGER, site_id) or guardians.acts_for(session, actor, member_id)
