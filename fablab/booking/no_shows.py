"""Nobody came: staff say so, the place is free for others, and it counts against the member; it can be taken back."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fablab.booking import claiming, fees, lateness, staff, terms
from fablab.booking.fees import Act
from fablab.booking.models import Nature, Reservation, ReservationState
from fablab.booking.signals import missed, missed_after_all
from fablab.core import audit
from fablab.core.i18n import _, show_moment, use_locale
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.conduct import policies, strikes
from fablab.members.models import Role, StrikeKind

UNDO_WITHIN = timedelta(hours=24)


def missable_from(session: Session, reservation: Reservation) -> datetime:
    """From when on staff may say that nobody came: its beginning, and the grace of the rules in force."""
    held = policies.rules_of(policies.policy_at(session, reservation.resource.site_id))
    return reservation.starts_at + timedelta(minutes=max(held.grace_minutes, 1))


def may_say(session: Session, actor: Actor, reservation: Reservation, now: datetime) -> bool:
    """Tell whether somebody may say now that nobody came: staff of the site, about somebody else's reservation."""
    return (
        staff.act_on(actor, reservation)
        and reservation.state == ReservationState.BOOKED
        and reservation.started_at is None
        and missable_from(session, reservation) <= now
    )


def may_take_back(actor: Actor, reservation: Reservation, now: datetime) -> bool:
    """Tell whether somebody may still say that they were there after all."""
    return (
        actor.may_at_site(Role.FABMANAGER, reservation.resource.site_id)
        and reservation.state == ReservationState.NO_SHOW
        and reservation.missed_at is not None
        and now - reservation.missed_at < UNDO_WITHIN
    )


def no_show(session: Session, actor: Actor, reservation_id: int, now: datetime) -> Reservation:
    """Say that nobody came: what is left of the time is free for others, and it strikes where the rules say so. Said
    twice equals once.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Forbidden: it is their own, and they are no fabmanager of the site.
        Refused: it was cancelled, somebody used it, they may still come, or it is one's own.
    """
    seen = staff.locked(session, actor, reservation_id, "no-show of")
    if seen.state == ReservationState.NO_SHOW:
        return seen
    reason = _reason_against(session, actor, seen, now)
    if reason is not None:
        raise reason
    miss(session, seen, actor, now)
    return seen


def miss(session: Session, seen: Reservation, actor: Actor | None, now: datetime) -> None:
    """Write down that nobody came to a reservation that stands and whose resource is locked, with all that follows;
    the actor None is the lab itself.
    """
    cost = terms.cost_of_missing(session, seen, now)
    seen.state, seen.missed_at, seen.missed_by_id = ReservationState.NO_SHOW, now, actor.member_id if actor else None
    seen.version += 1
    claiming.release_from(session, seen, now)
    _log(session, actor, seen, "reservation.missed", now)
    held = policies.rules_of(policies.policy_at(session, seen.resource.site_id))
    strike = None
    if seen.nature == Nature.MEMBER and (held.no_show_strikes or cost.strikes):
        strike = strikes.strike(session, actor, lateness.card_of(session, seen, StrikeKind.NO_SHOW), now)
    fees.owe(session, seen, Act.MISSED, cost, now)
    missed.send(None, session=session, reservation=seen, strike=strike, now=now)


def take_back(session: Session, actor: Actor, reservation_id: int, now: datetime) -> Reservation:
    """Say within a day that they were there after all: it is a reservation again, its strike is withdrawn and nobody
    pays for it. Said about one that was not missed, it changes nothing.

    Raises:
        NotFound, Forbidden: as above.
        Refused: more than a day has gone by, or what it cost is on an invoice.
        Conflict: somebody else has the rest of its time meanwhile.
    """
    seen = staff.locked(session, actor, reservation_id, "no-show of")
    if seen.state != ReservationState.NO_SHOW:
        return seen
    if not may_take_back(actor, seen, now):
        text = _("More than a day has gone by. Withdraw the strike on the person’s page instead.")
        raise Refused.because("late", text)
    seen.state, seen.missed_at, seen.missed_by_id = ReservationState.BOOKED, None, None
    # Whoever looks after check-ins does not give it back again.
    seen.checked_in_at = seen.checked_in_at or now
    seen.version += 1
    if seen.ends_at > now:
        _claim_again(session, seen)
    session.flush()
    _log(session, actor, seen, "reservation.missed_after_all", now)
    with use_locale(members.member(session, seen.member_id).locale):
        why = _("You were there after all.")
    fee = fees.fee_of(session, seen.id)
    if fee is not None:
        fees.withdraw(session, actor, fee, why, now)
    standing = strikes.strike_on(session, StrikeKind.NO_SHOW, lateness.subject_of(seen))
    if standing is not None:
        strikes.withdraw_strike(session, actor, standing.id, why, now)
    missed_after_all.send(None, session=session, reservation=seen, now=now)
    return seen


def _reason_against(session: Session, actor: Actor, seen: Reservation, now: datetime) -> Refused | None:
    if seen.state == ReservationState.CANCELLED:
        return Refused.because("cancelled", _("This reservation was cancelled."))
    if seen.started_at is not None:
        return Refused.because("begun", _("Somebody used it: it has begun."))
    if seen.member_id == actor.member_id:
        return Refused.because("own", _("This is about yourself. Ask a colleague."))
    since = missable_from(session, seen)
    if now < since:
        text = _("They may still come; say it from %(when)s on.", when=show_moment(since, seen.resource.site.zone))
        return Refused.because("early", text)
    return None


def _claim_again(session: Session, seen: Reservation) -> None:
    try:
        with session.begin_nested():
            for row in seen.claims:
                # What it gave back when it was moved here is others' since.
                if row.active:
                    row.occupied_to = seen.ends_at
    except IntegrityError:
        text = _("Somebody else has the rest of its time meanwhile. Withdraw the strike on the person’s page instead.")
        raise Conflict.because("taken", text) from None


def _log(session: Session, actor: Actor | None, seen: Reservation, action: str, now: datetime) -> None:
    audit.note(
        session,
        actor.member_id if actor else None,
        action,
        now,
        member_id=seen.member_id,
        site_id=seen.resource.site_id,
        subject=lateness.subject_of(seen),
    )
