"""Booking: reserve and cancel, safely when many want the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import claiming, paying, queries
from fablab.booking.claiming import Chosen
from fablab.booking.lateness import strike_if_late
from fablab.booking.models import Nature, Reservation, ReservationChange, ReservationState
from fablab.booking.opening import hours_of
from fablab.booking.paying import Moving, Paying
from fablab.booking.purse import Expense
from fablab.booking.rules import PAST_GRACE, Facts, check
from fablab.booking.signals import booked, cancelled, moved
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import guardians, standing
from fablab.members import queries as members
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
    places: int = 1
    """How many of the resource's; a machine has one."""


def book(session: Session, actor: Actor, wish: Wish, now: datetime) -> Reservation:
    """Reserve, or say every reason why not. The same request key twice gives the same reservation.

    Raises:
        NotFound: there is no such resource.
        Forbidden: reserving for somebody else, or as staff do, without being staff there.
        Conflict: the one reason is that somebody else has it.
        Refused: any other reason.
    """
    taking = claiming.lock(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    _check_right(session, actor, wish, resource)
    known = _asked_before(session, actor, wish)
    if known is not None:
        return known
    _check_member(session, wish.member_id)
    payer = paying.locked(session, wish.member_id, wish.account_id, wish.project_id)
    chosen = taking.choose(session, wish.resource_id, wish.places, wish.period, now)
    reasons = [
        *check(_facts(session, resource, wish, chosen, now)),
        *paying.reasons_against(session, payer, _expense(session, resource, wish), now),
    ]
    if reasons or payer.account is None:
        raise _refused(reasons)
    reservation = Reservation(
        resource_id=resource.id,
        member_id=wish.member_id,
        account_id=payer.account.id,
        project_id=wish.project_id,
        nature=wish.nature,
        starts_at=wish.period.start,
        ends_at=wish.period.end,
        places=wish.places,
        created_at=now,
        created_by_id=actor.member_id,
        request_key=wish.request_key,
    )
    session.add(reservation)
    session.flush()
    claiming.claim(session, reservation, chosen)
    booked.send(None, session=session, reservation=reservation, now=now)
    return reservation


def reasons_against(session: Session, actor: Actor, wish: Wish, now: datetime) -> list[Refusal]:
    """Every reason why this wish would be refused now, without reserving: for the booking sheet."""
    taking = claiming.look(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    _check_right(session, actor, wish, resource)
    payer = paying.chosen(session, wish.member_id, wish.account_id, wish.project_id)
    chosen = taking.choose(session, wish.resource_id, wish.places, wish.period, now)
    return [
        *check(_facts(session, resource, wish, chosen, now)),
        *paying.reasons_against(session, payer, _expense(session, resource, wish), now),
    ]


def why_not(session: Session, actor: Actor, wish: Wish, now: datetime) -> list[Refusal]:
    """The same for staff of the site, hosts too, who only look: why somebody may not have what they wish.

    Raises:
        NotFound: there is no such resource or person.
        Forbidden: not a host of its site.
    """
    taking = claiming.look(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    actor.needs_at_site(Role.HOST, resource.site_id)
    try:
        _check_member(session, members.member(session, wish.member_id).id)
    except Refused as refused:
        return list(refused.refusals)
    chosen = taking.choose(session, wish.resource_id, wish.places, wish.period, now)
    return check(_facts(session, resource, wish, chosen, now))


def move(
    session: Session, actor: Actor, reservation_id: int, resource_id: int, now: datetime, *, reason: str = ""
) -> Reservation:
    """Give a reservation to another resource, at the same time; what it was is written down.

    Raises:
        NotFound: there is no such reservation or resource, or it is neither the person's own nor at a site of theirs.
        Refused: it is over, begun or cancelled, or a rule speaks against the other resource.
        Conflict: the other resource is not free.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    taking = claiming.lock(session, [seen.resource_id, resource_id])
    session.refresh(seen)
    if seen.state != ReservationState.BOOKED or seen.ends_at <= now:
        raise Refused.because("over", _("This reservation is over or was cancelled; it can no longer be moved."))
    if seen.started_at is not None:
        raise Refused.because("begun", _("This reservation has begun; it can no longer be moved."))
    claiming.release(session, seen)
    wish = Wish(
        resource_id=resource_id,
        period=seen.period,
        member_id=seen.member_id,
        nature=Nature(seen.nature),
        places=seen.places,
    )
    # Who was to pay goes on to pay, whatever their owner allows now; only it may not cost more than they may spend.
    moving = Moving(seen.id, _expense(session, taking.resource(seen.resource_id), wish))
    payer = Paying(members.lock_account(session, seen.account_id), seen.project_id, moving=moving)
    chosen, resource = taking.choose(session, resource_id, seen.places, seen.period, now), taking.resource(resource_id)
    reasons = [
        *check(_facts(session, resource, wish, chosen, now)),
        *paying.reasons_against(session, payer, _expense(session, resource, wish), now),
    ]
    if reasons:
        raise _refused(reasons)
    session.add(_as_it_was(seen, actor, reason, now))
    before = catalog.resource(session, seen.resource_id)
    seen.resource_id = resource_id
    seen.version += 1
    session.flush()
    session.refresh(seen, ["resource"])
    claiming.claim(session, seen, chosen)
    moved.send(None, session=session, reservation=seen, before=before, by_id=actor.member_id, reason=reason, now=now)
    return seen


def _as_it_was(row: Reservation, actor: Actor, reason: str, now: datetime) -> ReservationChange:
    return ReservationChange(
        reservation_id=row.id,
        at=now,
        by_id=actor.member_id,
        resource_id=row.resource_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        places=row.places,
        reason=reason,
    )


def cancel(session: Session, actor: Actor, reservation_id: int, now: datetime, *, reason: str = "") -> Reservation:
    """Give the place back; staff may say why. Cancelling twice equals once. After the deadline of the rules in force it
    counts as a late cancellation, unless staff of the site do it.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Refused: it is over already.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    catalog.lock_resources(session, [seen.resource_id])
    session.refresh(seen)
    if seen.state == ReservationState.CANCELLED:
        return seen
    if seen.ends_at <= now or seen.state != ReservationState.BOOKED:
        raise Refused.because("over", _("This reservation is over; it can no longer be cancelled."))
    strike_if_late(session, actor, seen, now)
    seen.state = ReservationState.CANCELLED
    seen.cancelled_at = now
    seen.cancelled_by_id = actor.member_id
    seen.cancel_reason = reason
    seen.version += 1
    claiming.release(session, seen)
    cancelled.send(None, session=session, reservation=seen, by_id=actor.member_id, now=now)
    return seen


def mark_started(session: Session, reservation: Reservation, at: datetime) -> None:
    """Note that the use of a reservation has begun."""
    if reservation.started_at is None:
        reservation.started_at = at
        session.flush()


def _check_right(session: Session, actor: Actor, wish: Wish, resource: Resource) -> None:
    if actor.may_at_site(Role.FABMANAGER, resource.site_id):
        return
    own = wish.member_id == actor.member_id or guardians.answers_for(session, actor.member_id, wish.member_id)
    if not own or wish.nature != Nature.MEMBER:
        raise Forbidden("reserve for others")


def _check_member(session: Session, member_id: int) -> None:
    # Whoever is being erased, or merged, keeps us waiting until that is done.
    query = select(Member).where(Member.id == member_id).with_for_update(read=True, key_share=True, of=Member)
    member = session.scalar(query.execution_options(populate_existing=True))
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
        (known.resource_id, known.member_id, known.nature, known.places)
        == (wish.resource_id, wish.member_id, wish.nature, wish.places)
        and wish.account_id in (None, known.account_id)
        and known.project_id == wish.project_id
        and known.state == ReservationState.BOOKED
        and known.period.seconds == wish.period.seconds
        and moved <= PAST_GRACE
    )


def _facts(session: Session, resource: Resource, wish: Wish, chosen: Chosen, now: datetime) -> Facts:
    site = resource.site
    around = Period(wish.period.start - timedelta(hours=12), wish.period.end + timedelta(hours=12))
    acts = training.acts_of(session, wish.member_id)
    needed = training.needed_for(session, [resource])[resource.id]
    hours = hours_of(session, [resource], around, now)[resource.id]
    level = members.access_of(session, wish.member_id, now).level_at(site.id)
    return Facts(
        now=now,
        period=wish.period,
        zone=site.zone,
        standing=standing.reasons_against(session, wish.member_id, site.id, wish.period, now),
        hours=hours,
        level=level,
        levels={} if hours.is_open(level, wish.period) else sites.access_levels(session),
        needs_staff=resource.needs_staff,
        is_out=resource.is_out_at(wish.period.start, now),
        state_note=resource.state_note,
        slot_minutes=resource.slot_minutes,
        missing_certificates=[
            course.name for course in needed if not holds_during(acts.get(course.id, []), wish.period, now)
        ],
        places=wish.places,
        capacity=resource.places,
        is_free=chosen.is_free,
        lacking=chosen.lacking,
    )


def _expense(session: Session, resource: Resource, wish: Wish) -> Expense:
    member = members.member(session, wish.member_id)
    return Expense(resource=resource, member=member, period=wish.period, nature=wish.nature)


def _refused(reasons: list[Refusal]) -> Refused:
    if {reason.code for reason in reasons} == {"taken"}:
        return Conflict(reasons)
    return Refused(reasons)
