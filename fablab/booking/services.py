"""Booking: reserve and cancel, safely when many want the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking import asked_before, claiming, deciding, fees, overriding, passing, paying, queries, terms
from fablab.booking.deciding import Question, Verdict
from fablab.booking.fees import Act
from fablab.booking.giving_back import give_back
from fablab.booking.lateness import card_of, strike_if_late
from fablab.booking.models import Nature, Reservation, ReservationState
from fablab.booking.rules.case import WALK_IN
from fablab.booking.rules.costs import NOTHING
from fablab.booking.rules.judging import Ruling
from fablab.booking.signals import booked
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.conduct import strikes
from fablab.members.models import Role, StrikeKind

__all__ = [
    "Wish",
    "book",
    "cancel",
    "check_right",
    "mark_started",
    "reasons_against",
    "verdict_on",
    "walk_in",
    "why_not",
]


def book(session: Session, actor: Actor, wish: Wish, now: datetime, *, is_promised: bool = False) -> Reservation:
    """Reserve, or say every reason why not. The same request key twice gives the same reservation. What is promised
    was offered to whoever waited for it.

    Raises:
        NotFound: there is no such resource.
        Forbidden: reserving for somebody else, or as staff do, without being staff there.
        Conflict: the one reason is that somebody else has it.
        Refused: any other reason.
    """
    taking = claiming.lock(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    check_right(session, actor, wish, resource)
    known = asked_before.known(session, actor, wish)
    if known is not None:
        return known
    # Held on to, so that whoever needs the member later does not read them again.
    member = deciding.lock_member(session, wish.member_id)
    payer = paying.locked(session, wish.member_id, wish.account_id, wish.project_id)
    asked = Question(wish=wish, actor=actor, now=now, paying=payer, is_promised=is_promised)
    verdict = deciding.decide(session, taking, asked)
    if wish.passes_first:
        verdict = passing.pass_first(session, taking, asked, verdict)
    overridden = overriding.overridden(actor, wish, resource, verdict.reasons)
    if payer.account is None or (verdict.reasons and not overridden):
        raise deciding.refused(verdict.reasons)
    reservation = Reservation(
        resource_id=resource.id,
        resource=resource,
        member_id=member.id,
        member=member,
        account_id=payer.account.id,
        project_id=wish.project_id,
        nature=wish.nature,
        starts_at=wish.period.start,
        ends_at=wish.period.end,
        places=wish.places,
        created_at=now,
        created_by_id=actor.member_id,
        request_key=wish.request_key,
        job=line_of(wish.job),
        guests=wish.guests,
        companion_id=wish.companion_id,
        override_reason=lines_of(wish.override_reason) if overridden else "",
        override_codes=",".join(dict.fromkeys(reason.code for reason in overridden)),
        series_id=wish.series_id,
        together_id=wish.together_id,
    )
    session.add(reservation)
    terms.keep(session, reservation, verdict.rulings)
    terms.ask_review(reservation, actor, verdict.rulings, now)
    session.flush()
    claiming.claim(session, reservation, verdict.chosen, verdict.occupied)
    if overridden:
        overriding.note(session, actor, reservation, now)
    booked.send(None, session=session, reservation=reservation, now=now)
    return reservation


def reasons_against(session: Session, actor: Actor, wish: Wish, now: datetime) -> list[Refusal]:
    """Every reason why this wish would be refused now, without reserving: for the booking sheet."""
    return verdict_on(session, actor, wish, now).reasons


def verdict_on(session: Session, actor: Actor, wish: Wish, now: datetime) -> Verdict:
    """The same, with the rules that are in force for it.

    Raises:
        NotFound: there is no such resource.
        Forbidden: reserving for somebody else, or as staff do, without being staff there.
    """
    taking = claiming.look(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    check_right(session, actor, wish, resource)
    payer = paying.chosen(session, wish.member_id, wish.account_id, wish.project_id)
    asked = Question(wish=wish, actor=actor, now=now, paying=payer)
    verdict = deciding.decide(session, taking, asked)
    return replace(verdict, gives_way=len(passing.giving_way(session, taking, asked, verdict)))


def why_not(
    session: Session, actor: Actor, wish: Wish, now: datetime, *, rulings: Sequence[Ruling] | None = None
) -> list[Refusal]:
    """The same for staff of the site, hosts too, who only look: why somebody may not have what they wish; `rulings` are
    tried instead of the rules in force.

    Raises:
        NotFound: there is no such resource or person.
        Forbidden: not a host of its site.
    """
    taking = claiming.look(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    actor.needs_at_site(Role.HOST, resource.site_id)
    member = members.member(session, wish.member_id)
    asking = Question(wish=wish, actor=members.actor(session, member.id), now=now, instead=rulings)
    if member.left_at is not None:
        return [Refusal("member_unknown", _("This person is no member, or has left."))]
    return deciding.decide(session, taking, asking).reasons


def walk_in(session: Session, actor: Actor, wish: Wish, now: datetime) -> Reservation:
    """Reserve from now on and begin at once, as somebody does who stands there.

    Raises:
        What `book` raises; Refused as well where it would not begin now.
    """
    if wish.period.start > now + WALK_IN:
        raise Refused.because("not_now", _("To start now, choose a time that begins now."))
    reservation = book(session, actor, wish, now)
    reservation.checked_in_at = reservation.checked_in_at or now
    reservation.started_at = reservation.started_at or now
    session.flush()
    return reservation


def cancel(
    session: Session,
    actor: Actor,
    reservation_id: int,
    now: datetime,
    *,
    reason: str = "",
    agreed_cents: int | None = 0,
) -> Reservation:
    """Give the place back; staff may say why. Cancelling twice equals once. After the deadline of the rules in force it
    counts as a late cancellation, or costs money, unless staff of the site do it.

    `agreed_cents` is what they were told that it costs; None where nobody could be asked, and no money is due then.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Refused: it is over already, or costs more than they were told.
    """
    seen = queries.reservation_seen_by(session, actor, reservation_id)
    catalog.lock_resources(session, [seen.resource_id])
    session.refresh(seen)
    queries.check_seen_by(session, actor, seen)
    if seen.state == ReservationState.CANCELLED:
        return seen
    if seen.ends_at <= now or seen.state != ReservationState.BOOKED:
        raise Refused.because("over", _("This reservation is over; it can no longer be cancelled."))
    cost = NOTHING if agreed_cents is None else terms.cost_of_cancelling(session, actor, seen, now)
    if agreed_cents is not None and cost.cents > agreed_cents:
        raise Refused([terms.costs_more(cost.cents)])
    if not strike_if_late(session, actor, seen, now) and cost.strikes_if_taken:
        strikes.strike(session, None, card_of(session, seen, StrikeKind.LATE_CANCELLATION), now)
    give_back(session, seen, actor.member_id, now, reason=reason)
    fees.owe(session, seen, Act.CANCELLED, cost, now)
    return seen


def mark_started(session: Session, reservation: Reservation, at: datetime) -> None:
    """Note that the use of a reservation has begun; not of one that was given back at this moment."""
    if reservation.started_at is not None:
        return
    # In the order in which everybody locks: whoever gives it back at this moment finds it begun, or is first.
    catalog.lock_resources(session, [reservation.resource_id])
    session.refresh(reservation)
    if reservation.state == ReservationState.BOOKED and reservation.started_at is None:
        reservation.started_at = at
        session.flush()


def check_right(session: Session, actor: Actor, wish: Wish, resource: Resource) -> None:
    """Raises Forbidden unless they reserve for themselves or a ward of theirs, or are staff of its site."""
    if actor.may_at_site(Role.FABMANAGER, resource.site_id):
        return
    if not guardians.acts_for(session, actor, wish.member_id) or wish.nature != Nature.MEMBER:
        raise Forbidden("reserve for others")
