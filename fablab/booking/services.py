"""Booking: reserve and cancel, safely when many want the same."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fablab.booking import queries
from fablab.booking.models import Claim, Nature, Reservation, ReservationState
from fablab.booking.rules import PAST_GRACE, Facts, check
from fablab.booking.signals import booked, cancelled
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource, ResourceState
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import services as accounts
from fablab.members.actor import Actor
from fablab.members.models import Member, Role
from fablab.sites import queries as sites
from fablab.training import queries as training
from fablab.training.timeline import holds_during


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to reserve, for whom, and who pays (None: the member's own account)."""

    resource_id: int
    period: Period
    member_id: int
    account_id: int | None = None
    project_id: int | None = None
    nature: Nature = Nature.MEMBER
    request_key: str | None = None


def book(session: Session, actor: Actor, wish: Wish, now: datetime) -> Reservation:
    """Reserve, or say every reason why not. The same request key twice gives the same reservation.

    Raises:
        NotFound: there is no such resource.
        Forbidden: reserving for somebody else, or as staff do, without being staff there.
        Conflict: the one reason is that somebody else has it.
        Refused: any other reason.
    """
    resource = catalog.lock_resources(session, [wish.resource_id])[0]
    _check_right(actor, wish, resource)
    known = _asked_before(session, actor, wish)
    if known is not None:
        return known
    _check_member(session, wish.member_id)
    account = accounts.payer_for(session, wish.member_id, wish.account_id, wish.project_id)
    facts = _facts(session, resource, wish, now)
    reasons = check(facts)
    if reasons:
        raise _refused(reasons)
    reservation = Reservation(
        resource_id=resource.id,
        member_id=wish.member_id,
        account_id=account.id,
        project_id=wish.project_id,
        nature=wish.nature,
        starts_at=wish.period.start,
        ends_at=wish.period.end,
        created_at=now,
        created_by_id=actor.member_id,
        request_key=wish.request_key,
    )
    session.add(reservation)
    session.flush()
    _claim(session, reservation, facts.free_places[0])
    booked.send(None, session=session, reservation=reservation, now=now)
    return reservation


def reasons_against(session: Session, actor: Actor, wish: Wish, now: datetime) -> list[Refusal]:
    """Every reason why this wish would be refused now, without reserving: for the booking sheet."""
    resource = catalog.resource(session, wish.resource_id)
    _check_right(actor, wish, resource)
    return check(_facts(session, resource, wish, now))


def cancel(session: Session, actor: Actor, reservation_id: int, now: datetime) -> Reservation:
    """Give the place back. Cancelling twice equals once.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Refused: it is over already.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    catalog.lock_resources(session, [seen.resource_id])
    session.refresh(seen)
    if seen.state == ReservationState.CANCELLED:
        return seen
    if seen.ends_at <= now:
        raise Refused.because("over", _("This reservation is over; it can no longer be cancelled."))
    seen.state = ReservationState.CANCELLED
    seen.cancelled_at = now
    seen.cancelled_by_id = actor.member_id
    seen.version += 1
    for claim in seen.claims:
        claim.active = False
    session.flush()
    cancelled.send(None, session=session, reservation=seen, by_id=actor.member_id, now=now)
    return seen


def mark_started(session: Session, reservation: Reservation, at: datetime) -> None:
    """Note that the use of a reservation has begun."""
    if reservation.started_at is None:
        reservation.started_at = at
        session.flush()


def _check_right(actor: Actor, wish: Wish, resource: Resource) -> None:
    for_another = wish.member_id != actor.member_id
    if (for_another or wish.nature != Nature.MEMBER) and not actor.may_at_site(Role.FABMANAGER, resource.site_id):
        raise Forbidden("reserve for others")


def _check_member(session: Session, member_id: int) -> None:
    member = session.get(Member, member_id)
    if member is None or member.left_at is not None:
        raise Refused.because("member_unknown", _("This person is no member, or has left."))


def _asked_before(session: Session, actor: Actor, wish: Wish) -> Reservation | None:
    if wish.request_key is None:
        return None
    query = select(Reservation).where(
        Reservation.created_by_id == actor.member_id, Reservation.request_key == wish.request_key
    )
    known = session.scalar(query)
    if known is None:
        return None
    if not _is_same(known, wish):
        text = _("This request was answered before, with a reservation that is another or was cancelled. Ask anew.")
        raise Conflict.because("request_key_used", text)
    return known


def _is_same(known: Reservation, wish: Wish) -> bool:
    """Tell whether a request repeats an earlier one; “now” may have moved on a little in between."""
    moved = abs(known.period.start - wish.period.start)
    return (
        (known.resource_id, known.member_id, known.nature) == (wish.resource_id, wish.member_id, wish.nature)
        and wish.account_id in (None, known.account_id)
        and known.project_id == wish.project_id
        and known.state == ReservationState.BOOKED
        and known.period.seconds == wish.period.seconds
        and moved <= PAST_GRACE
    )


def _facts(session: Session, resource: Resource, wish: Wish, now: datetime) -> Facts:
    site = sites.site(session, resource.site_id)
    state = ResourceState(resource.state)
    taken = {item.place for item in queries.busy(session, [resource.id], wish.period)}
    acts = training.acts_of(session, wish.member_id)
    needed = training.needed_for(session, [resource])[resource.id]
    return Facts(
        now=now,
        period=wish.period,
        zone=site.zone,
        openings=sites.openings_of(session, [site.id])[site.id],
        bookable=state.bookable,
        state_note=resource.state_note,
        slot_minutes=resource.slot_minutes,
        missing_certificates=[
            course.name for course in needed if not holds_during(acts.get(course.id, []), wish.period, now)
        ],
        free_places=[place for place in range(1, resource.places + 1) if place not in taken],
    )


def _refused(reasons: list[Refusal]) -> Refused:
    if [reason.code for reason in reasons] == ["taken"]:
        return Conflict(reasons)
    return Refused(reasons)


def _claim(session: Session, reservation: Reservation, place: int) -> None:
    claim = Claim(
        reservation_id=reservation.id,
        resource_id=reservation.resource_id,
        place=place,
        occupied_from=reservation.starts_at,
        occupied_to=reservation.ends_at,
    )
    session.add(claim)
    try:
        session.flush()
    except IntegrityError as error:
        # The rule has looked already; the database's own constraint has the last word.
        raise Conflict.because("taken", _("Somebody was quicker. Choose another time or machine.")) from error
