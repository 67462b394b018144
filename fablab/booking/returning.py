"""Bringing back what was lent: staff say when it was, and being late costs what the terms say."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import fees, lateness, moving, queries, terms
from fablab.booking.fees import Act
from fablab.booking.models import LONGEST_CLAIM, Nature, Reservation, ReservationState
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import audit
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members.actor import Actor, Role
from fablab.sites import queries as sites

SOUGHT = timedelta(days=180)
"""What nobody brought back is missed for so long."""
MOST = 200


def may_say(session: Session, actor: Actor, row: Reservation, now: datetime) -> bool:
    """Tell whether somebody may say now when it was brought back: hosts of the site, not about themselves, where the
    terms ask for it.
    """
    is_staff = actor.may_at_site(Role.HOST, row.resource.site_id) and row.member_id != actor.member_id
    return is_staff and _is_out(row, now) and terms.asks_return(row)


def bring_back(session: Session, actor: Actor, reservation_id: int, at: datetime, now: datetime) -> Reservation:
    """Say when it was brought back; before its end the rest is free for others. Said twice, the first time counts.

    Raises:
        NotFound: there is no such reservation at a site where they are a host.
        Refused: it was cancelled, missed, has not begun, is their own, or that moment cannot be.
    """
    row = queries.reservation_met_by(session, actor, reservation_id)
    catalog.lock_resources(session, [row.resource_id])
    session.refresh(row)
    if row.returned_at is not None:
        return row
    reasons = _against(actor, row, at, now)
    if reasons:
        raise Refused(reasons)
    row.returned_at = at
    row.version += 1
    session.flush()
    audit.note(
        session,
        actor.member_id,
        "reservation.returned",
        now,
        member_id=row.member_id,
        site_id=row.resource.site_id,
        subject=lateness.subject_of(row),
    )
    if row.ends_at > now:
        moving.end_early(session, actor, row, now)
    fees.owe(session, row, Act.RETURNED_LATE, terms.cost_of_returning(session, row, at, now), now)
    return row


def missing(session: Session, actor: Actor, now: datetime) -> list[Reservation]:
    """What should have been brought back by now to the sites where somebody is a host, the longest missing first."""
    own = [row.id for row in sites.sites(session) if actor.may_at_site(Role.HOST, row.id)]
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Resource.site_id.in_(own),
            Reservation.state == ReservationState.BOOKED,
            Reservation.returned_at.is_(None),
            Reservation.terms.is_not(None),
            Reservation.ends_at <= now,
            Reservation.ends_at > now - SOUGHT,
            Reservation.starts_at > now - SOUGHT - LONGEST_CLAIM,
        )
        .order_by(Reservation.ends_at, Reservation.id)
    )
    found = [row for row in session.scalars(query) if terms.asks_return(row)]
    return found[:MOST]


def _is_out(row: Reservation, now: datetime) -> bool:
    return row.state == ReservationState.BOOKED and row.returned_at is None and row.starts_at <= now


def _against(actor: Actor, row: Reservation, at: datetime, now: datetime) -> list[Refusal]:
    found = []
    if row.state != ReservationState.BOOKED or row.nature != Nature.MEMBER:
        found.append(Refusal("over", _("This reservation was cancelled or missed, or is no member’s own.")))
    elif row.starts_at > now:
        found.append(Refusal("not_begun", _("It has not begun yet.")))
    elif not row.starts_at <= at <= now:
        found.append(Refusal("returned_at", _("Between its beginning and now: that is when it was brought back.")))
    if row.member_id == actor.member_id:
        found.append(Refusal("own", _("This is about yourself. Ask a colleague.")))
    return found
