"""Placing a hold on somebody who has reservations: they are shown first, and staff choose which are cancelled."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import services
from fablab.booking.models import Reservation, ReservationState
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.i18n import _, use_locale
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.conduct.holds import HoldCard, place_hold
from fablab.members.models import Hold, Role

MOST = 200


def touched(session: Session, actor: Actor, card: HoldCard, now: datetime) -> list[Reservation]:
    """The person's reservations during a hold that this actor could cancel, the next one first."""
    start = max(card.starts_at or now, now)
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .options(joinedload(Reservation.resource).joinedload(Resource.site))
        .where(
            Reservation.member_id == card.member_id,
            Reservation.state == ReservationState.BOOKED,
            Reservation.ends_at > start,
            Reservation.started_at.is_(None),
        )
        .order_by(Reservation.starts_at, Reservation.id)
        .limit(MOST)
    )
    if card.site_id is not None:
        query = query.where(Resource.site_id == card.site_id)
    if card.ends_at is not None:
        query = query.where(Reservation.starts_at < card.ends_at)
    return [row for row in session.scalars(query) if actor.may_at_site(Role.FABMANAGER, row.resource.site_id)]


def suspend(session: Session, actor: Actor, card: HoldCard, cancelled: Collection[int], now: datetime) -> Hold:
    """Place a hold, and cancel those of the reservations that it touches whose ids were chosen; all others stand.

    Raises:
        Forbidden, NotFound, Refused: as `place_hold`.
    """
    # Resources first, as whoever cancels late does: two who wait for each other would wait for ever.
    wanted = [row for row in touched(session, actor, card, now) if row.id in cancelled]
    catalog.lock_resources(session, [row.resource_id for row in wanted])
    hold = place_hold(session, actor, card, now)
    with use_locale(members.member(session, card.member_id).locale):
        reason = _("You cannot use the lab at that time.")
    for row in wanted:
        services.cancel(session, actor, row.id, now, reason=reason)
    return hold
