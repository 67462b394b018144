"""What giving or bringing back late, or not coming, costs: written down and decided once, waived with a reason.

Where it is free if somebody else takes the time, that is decided when the time begins: if others then have all of it,
by reservations made since it was given back, nothing is due; if a part of it stayed free, all of it is.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import lateness, queries, staff
from fablab.booking.models import Reservation, ReservationChange, ReservationFee, ReservationState
from fablab.booking.rules import costs
from fablab.booking.rules.costs import Cost
from fablab.booking.signals import fee_settled, fee_waived
from fablab.catalog.models import Resource
from fablab.core import audit
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import lines_of
from fablab.members import queries as members
from fablab.members.actor import Actor, Role
from fablab.members.conduct import strikes
from fablab.members.models import Strike, StrikeKind

MOST = 200


class Act(StrEnum):
    """What it is due for."""

    CANCELLED = "cancelled"
    MISSED = "missed"
    RETURNED_LATE = "returned_late"


def owe(session: Session, row: Reservation, act: Act, cost: Cost, now: datetime) -> ReservationFee | None:
    """Write down what a reservation costs, and decide it at once where nothing is waited for; a reservation costs
    once only. None where it costs nothing.
    """
    if not cost.cents and not cost.waits:
        return None
    known = session.get(ReservationFee, row.id)
    if known is not None:
        return known
    fee = ReservationFee(
        reservation_id=row.id,
        act=act,
        cents=cost.cents,
        cents_if_taken=cost.cents_if_taken,
        strikes=cost.strikes and not cost.strikes_if_taken,
        settle_at=row.starts_at if cost.waits else now,
        created_at=now,
    )
    session.add(fee)
    session.flush()
    if not cost.waits:
        _settle(session, fee, now, was_taken=False)
    return fee


def fee_of(session: Session, reservation_id: int) -> ReservationFee | None:
    """What a reservation costs; None where it is nothing."""
    return session.get(ReservationFee, reservation_id)


def fee_seen_by(session: Session, actor: Actor, reservation_id: int) -> ReservationFee:
    """The same for somebody who may see the reservation.

    Raises:
        NotFound: it costs nothing, or is neither the person's own nor at a site of theirs.
    """
    queries.reservation_seen_by(session, actor, reservation_id)
    found = fee_of(session, reservation_id)
    if found is None:
        raise NotFound(f"fee of reservation {reservation_id}")
    return found


def due(session: Session, now: datetime) -> list[int]:
    """The reservations whose time begins, so that it can be decided what they cost."""
    query = select(ReservationFee.reservation_id).where(
        ReservationFee.settled_at.is_(None), ReservationFee.settle_at <= now
    )
    return list(session.scalars(query.order_by(ReservationFee.settle_at, ReservationFee.reservation_id).limit(MOST)))


def settle(session: Session, reservation_id: int, now: datetime) -> bool:
    """Decide what a reservation costs whose time begins; returns False where that is decided already, or too early."""
    fee = _locked(session, reservation_id)
    if fee.settled_at is not None or fee.settle_at > now:
        return False
    _settle(session, fee, now, was_taken=_is_taken(session, fee))
    return True


def may_waive(actor: Actor, fee: ReservationFee) -> bool:
    """Tell whether somebody may say that nobody pays for it: fabmanagers of the site, not about themselves."""
    row = fee.reservation
    return staff.act_on(actor, row) and fee.waived_at is None and fee.due_cents != 0


def waive(session: Session, actor: Actor, reservation_id: int, reason: str, now: datetime) -> ReservationFee:
    """Let nobody pay for it; twice equals once.

    Raises:
        NotFound: it costs nothing, or is not theirs to see.
        Forbidden: not a fabmanager of its site.
        Refused: no reason, it is on an invoice already, or it is their own.
    """
    fee_seen_by(session, actor, reservation_id)
    fee = _locked(session, reservation_id)
    row = fee.reservation
    if not actor.may_at_site(Role.FABMANAGER, row.resource.site_id):
        raise Forbidden(f"waive the fee of reservation {reservation_id}")
    reasons = []
    if row.member_id == actor.member_id:
        reasons.append(Refusal("own", _("This is about yourself. Ask a colleague.")))
    if not lines_of(reason):
        reasons.append(Refusal("reason_missing", _("Say why it is not charged.")))
    if reasons:
        raise Refused(reasons)
    return withdraw(session, actor, fee, lines_of(reason), now)


def withdraw(session: Session, actor: Actor, fee: ReservationFee, reason: str, now: datetime) -> ReservationFee:
    """The same without asking; nothing happens where it was waived already."""
    if fee.waived_at is not None:
        return fee
    if fee.settled_at is None:
        fee.settled_at, fee.due_cents = now, 0
    fee.waived_at, fee.waived_by_id, fee.waived_why = now, actor.member_id, reason
    session.flush()
    audit.note(
        session,
        actor.member_id,
        "fee.waived",
        now,
        member_id=fee.reservation.member_id,
        site_id=fee.reservation.resource.site_id,
        subject=lateness.subject_of(fee.reservation),
        details={"cents": fee.due_cents},
    )
    fee_waived.send(None, session=session, fee=fee, by_id=actor.member_id, now=now)
    return fee


def _locked(session: Session, reservation_id: int) -> ReservationFee:
    query = select(ReservationFee).where(ReservationFee.reservation_id == reservation_id).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"fee of reservation {reservation_id}")
    return found


def _settle(session: Session, fee: ReservationFee, now: datetime, *, was_taken: bool) -> None:
    fee.settled_at, fee.was_taken = now, was_taken
    fee.due_cents = fee.cents_if_taken if was_taken else fee.cents
    session.flush()
    if fee.strikes and not was_taken and not _was_struck(session, fee.reservation):
        card = lateness.card_of(session, fee.reservation, StrikeKind.LATE_CANCELLATION)
        strikes.strike(session, None, card, now)
    fee_settled.send(None, session=session, fee=fee, now=now)


def _was_struck(session: Session, row: Reservation) -> bool:
    """A strike was written for it already, perhaps one that staff took back."""
    query = select(Strike.id).where(Strike.subject == lateness.subject_of(row))
    return session.scalar(query.limit(1)) is not None


def _is_taken(session: Session, fee: ReservationFee) -> bool:
    """Others have the whole time by reservations made since, or nobody could have used it."""
    row = fee.reservation
    if not lateness.could_be_used(session, row, row.starts_at):
        return True
    since = row.cancelled_at or fee.created_at
    query = (
        select(Reservation)
        .options(joinedload(Reservation.resource).joinedload(Resource.site))
        .where(
            Reservation.resource_id == row.resource_id,
            Reservation.starts_at < row.ends_at,
            Reservation.ends_at > row.starts_at,
            Reservation.state == ReservationState.BOOKED,
            Reservation.member_id.not_in(members.identities(session, row.member_id)),
            or_(Reservation.created_at >= since, _was_moved_since(since)),
        )
    )
    taken = [(other.starts_at, other.ends_at, other.places) for other in session.scalars(query)]
    return costs.is_covered((row.starts_at, row.ends_at), row.places, taken)


def _was_moved_since(since: datetime) -> ColumnElement[bool]:
    return exists().where(ReservationChange.reservation_id == Reservation.id, ReservationChange.at >= since)
