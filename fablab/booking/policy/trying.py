"""What a rule would mean before it holds: which of the reservations that stand it would have refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import Nature, Reservation, ReservationState
from fablab.booking.opening import hours_of
from fablab.booking.policy import cases, rows
from fablab.booking.policy.cases import Known
from fablab.booking.rules.case import Case
from fablab.booking.rules.judging import Ruling
from fablab.booking.wishes import wish_of
from fablab.catalog.models import Resource
from fablab.core.period import Period
from fablab.core.refusals import Refusal

MOST = 2000
"""So many of the next reservations are looked at."""
BACK = timedelta(days=366)
"""So far back what people had counts."""


@dataclass(frozen=True, slots=True)
class WouldRefuse:
    """A reservation that stands, and why a rule would have refused it."""

    reservation: Reservation
    reasons: tuple[Refusal, ...]


def would_refuse(session: Session, ruling: Ruling, now: datetime) -> list[WouldRefuse]:
    """The reservations to come that a rule would have refused when they were made; none of them is touched by it.

    In a number of statements that does not grow with the reservations.
    """
    found = _ahead(session, ruling, now)
    if not found:
        return []
    names, people = rows.names(session), _people(session, found, ruling, now)
    whole = Period(min(row.starts_at for row in found), max(row.ends_at for row in found))
    hours = hours_of(session, {row.resource_id: row.resource for row in found}.values(), whole, now)
    booked = cases.booked_ahead_of(session, {row.member_id for row in found}, now - BACK)
    refused = []
    for row in found:
        who = people[row.member_id, row.resource.site_id]
        base = cases.base_case(wish_of(row), row.resource, who.person, row.resource.site.zone, row.created_at)
        before = [item for item in booked if (item.created_at, item.id) < (row.created_at, row.id)]
        case = replace(
            base,
            hours=hours[row.resource_id],
            level=who.access.level_at(row.resource.site_id),
            by_staff=row.created_by_id != row.member_id,
            own=before,
            others=before,
            names=names,
        )
        reasons = _reasons(ruling, case)
        if reasons:
            refused.append(WouldRefuse(row, reasons))
    return refused


def _reasons(ruling: Ruling, case: Case) -> tuple[Refusal, ...]:
    if not ruling.scope.concerns(case):
        return ()
    return tuple(ruling.rule.against(case, ruling.scope))


def _ahead(session: Session, ruling: Ruling, now: datetime) -> Sequence[Reservation]:
    query = (
        select(Reservation)
        .join(Resource, Resource.id == Reservation.resource_id)
        .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Reservation.starts_at > now,
            Reservation.state == ReservationState.BOOKED,
            Reservation.nature == Nature.MEMBER,
        )
        .order_by(Reservation.starts_at, Reservation.id)
        .limit(MOST)
    )
    scope = ruling.scope
    if scope.site_id is not None:
        query = query.where(Resource.site_id == scope.site_id)
    if scope.category_id is not None:
        query = query.where(Resource.category_id == scope.category_id)
    if scope.resource_id is not None:
        query = query.where(Resource.id == scope.resource_id)
    if scope.room_id is not None:
        query = query.where(Resource.room_id == scope.room_id)
    return session.scalars(query).all()


def _people(
    session: Session, found: Iterable[Reservation], ruling: Ruling, now: datetime
) -> dict[tuple[int, int], Known]:
    at_site: dict[int, set[int]] = {}
    for row in found:
        at_site.setdefault(row.resource.site_id, set()).add(row.member_id)
    return {
        (member_id, site_id): who
        for site_id, ids in at_site.items()
        for member_id, who in cases.known(session, ids, site_id, now, [ruling]).items()
    }
