"""What people do about shifts: take, confirm, drop, hand over, swap, and leave notes."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.members import queries as members
from fablab.members.actor import Actor, Role
from fablab.shifts import queries
from fablab.shifts.models import Duty, DutyState, HandoverNote, Shift
from fablab.shifts.signals import duty_assigned, duty_ended, duty_handed_over, duty_offered, shift_filled
from fablab.training import queries as training
from fablab.training.timeline import holds_during

STANDING = (DutyState.TAKEN, DutyState.CONFIRMED)


def confirmed(shift: Shift) -> int:
    """How many people have confirmed."""
    return sum(duty.state == DutyState.CONFIRMED for duty in shift.duties)


def missing(shift: Shift) -> int:
    """How many people it still lacks."""
    return max(0, shift.minimum - confirmed(shift))


def is_near(shift: Shift, now: datetime) -> bool:
    """Tell whether it must have its people by now."""
    return now >= shift.starts_at - timedelta(hours=shift.site.shift_notice_hours)


def take(session: Session, actor: Actor, shift_id: int, now: datetime, *, member_id: int | None = None) -> Duty:
    """Take a shift oneself, or give it to somebody as staff do. Near to its start that confirms it too.

    Raises:
        Forbidden: giving it to somebody else without being staff there.
        Refused: every reason against it: over, taken already, another shift at that time, not qualified.
    """
    shift = lock(session, shift_id)
    who = member_id or actor.member_id
    if who != actor.member_id:
        actor.needs_at_site(Role.FABMANAGER, shift.site_id)
    # After the shift, so that two shifts that overlap are not taken at the same moment.
    members.lock_members(session, [who])
    reasons = reasons_against(session, shift, who, now)
    if reasons:
        raise Refused(reasons)
    duty = Duty(shift_id=shift.id, member_id=who, taken_at=now)
    if is_near(shift, now) and who == actor.member_id:
        duty.state, duty.confirmed_at = DutyState.CONFIRMED, now
    session.add(duty)
    session.flush()
    session.refresh(shift, ["duties"])
    if who != actor.member_id:
        duty_assigned.send(None, session=session, duty=duty, by_id=actor.member_id, now=now)
    tell_filled(session, shift, now)
    return duty


def reasons_against(session: Session, shift: Shift, member_id: int, now: datetime) -> list[Refusal]:
    """Every reason why somebody cannot take a shift."""
    reasons = []
    member = members.member(session, member_id)
    if member.left_at is not None:
        reasons.append(Refusal("member_unknown", _("This person is no member, or has left.")))
    if shift.withdrawn_at is not None or shift.ends_at <= now:
        reasons.append(Refusal("over", _("This shift is over or was withdrawn.")))
    if not members.actor(session, member_id).may_at_site(Role.HOST, shift.site_id):
        text = _("Shifts are taken by hosts, trainers and fabmanagers of the site. Ask staff for the role of host.")
        reasons.append(Refusal("not_host", text))
    if shift.course_id is not None:
        acts = training.acts_of(session, member_id).get(shift.course_id, ())
        if not holds_during(acts, shift.period, now):
            name = training.course(session, shift.course_id).name
            text = _("This shift takes somebody with the certificate “%(course)s” for its whole time.", course=name)
            reasons.append(Refusal("certificate_missing", text))
    own = queries.standing_duties(session, member_id, shift.period)
    if any(duty.shift_id == shift.id for duty in own):
        reasons.append(Refusal("taken", _("This shift is theirs already.")))
    elif own:
        reasons.append(Refusal("elsewhere", _("Another shift of theirs is at the same time.")))
    return reasons


def confirm(session: Session, actor: Actor, duty_id: int, now: datetime) -> Duty:
    """Say that one will come. Confirming twice equals once.

    Raises:
        NotFound: it is neither one's own nor at a site where one is staff.
        Refused: it no longer stands, or is over.
    """
    duty = _own(session, actor, duty_id, now)
    if duty.state == DutyState.TAKEN:
        duty.state, duty.confirmed_at = DutyState.CONFIRMED, now
        session.flush()
        tell_filled(session, duty.shift, now)
    return duty


def drop(session: Session, actor: Actor, duty_id: int, reason: str, now: datetime) -> Duty:
    """Give a shift back; staff are told if it is near.

    Raises:
        NotFound: it is neither one's own nor at a site where one is staff.
        Refused: it no longer stands, is over, or no reason was given although it is near.
    """
    duty = _own(session, actor, duty_id, now)
    if is_near(duty.shift, now) and not line_of(reason):
        text = _("It is close: write a word for those who must find somebody else.")
        raise Refused.because("reason_missing", text)
    return _end(session, duty, DutyState.DROPPED, reason, now)


def mark_missed(session: Session, actor: Actor, duty_id: int, reason: str, now: datetime) -> Duty:
    """Note as staff that somebody did not come; the shift does not count as their service.

    Raises:
        Forbidden: not staff there.
        Refused: the shift has not begun.
    """
    duty = queries.duty(session, duty_id)
    lock(session, duty.shift_id)
    actor.needs_at_site(Role.FABMANAGER, duty.shift.site_id)
    if duty.shift.starts_at > now:
        raise Refused.because("not_begun", _("This shift has not begun yet."))
    if duty.state not in STANDING:
        raise Refused.because("gone", _("This was dropped or handed over before."))
    return _end(session, duty, DutyState.MISSED, reason, now)


def offer(session: Session, actor: Actor, duty_id: int, now: datetime, *, in_exchange_for: int | None = None) -> Duty:
    """Ask for a replacement, or one person for an exchange; the duty stays one's own until somebody agrees.

    Raises:
        NotFound: it is neither one's own nor at a site where one is staff, or there is no such other duty.
        Refused: it no longer stands, or the other one does not or is one's own.
    """
    duty = _own(session, actor, duty_id, now)
    if in_exchange_for is not None:
        other = queries.duty(session, in_exchange_for)
        if other.state not in STANDING or other.shift.ends_at <= now or other.member_id == duty.member_id:
            raise Refused.because("gone", _("That shift can no longer be had in exchange. Choose another one."))
        if not actor.may_at_site(Role.HOST, other.shift.site_id):
            raise NotFound(f"duty {in_exchange_for}")
    duty.offered_at, duty.in_exchange_for_id = now, in_exchange_for
    session.flush()
    duty_offered.send(None, session=session, duty=duty, now=now)
    return duty


def withdraw_offer(session: Session, actor: Actor, duty_id: int, now: datetime) -> Duty:
    """Ask no longer."""
    duty = _own(session, actor, duty_id, now)
    duty.offered_at = duty.in_exchange_for_id = None
    session.flush()
    return duty


def accept(session: Session, actor: Actor, duty_id: int, now: datetime) -> Duty:
    """Take an offered duty over; if another was asked in exchange, both change hands, or neither.

    Raises:
        Refused: it is no longer offered, it was offered to somebody else, or one of the two cannot take the other's.
    """
    offered = queries.duty(session, duty_id)
    wanted = None if offered.in_exchange_for_id is None else queries.duty(session, offered.in_exchange_for_id)
    for shift_id in sorted({offered.shift_id} | ({wanted.shift_id} if wanted else set())):
        lock(session, shift_id)
    members.lock_members(session, [actor.member_id, offered.member_id])
    asked = offered.in_exchange_for_id
    session.refresh(offered)
    is_other = offered.in_exchange_for_id != asked
    if is_other or offered.state not in STANDING or offered.offered_at is None or offered.shift.ends_at <= now:
        raise Refused.because("gone", _("This is no longer offered."))
    if wanted is None:
        return _hand_over(session, offered, actor.member_id, now)
    session.refresh(wanted)
    if wanted.member_id != actor.member_id:
        raise Forbidden("exchange another's duty")
    if wanted.state not in STANDING or wanted.shift.starts_at <= now:
        raise Refused.because("gone", _("That shift can no longer be had in exchange. Choose another one."))
    giver = offered.member_id
    # Both are closed first, so that neither speaks against the other where the two shifts overlap.
    for duty in (offered, wanted):
        duty.state, duty.ended_at = DutyState.HANDED_OVER, now
    session.flush()
    taken = _hand_over(session, offered, actor.member_id, now)
    _hand_over(session, wanted, giver, now)
    return taken


def leave_note(session: Session, actor: Actor, shift_id: int, text: str, now: datetime) -> HandoverNote:
    """Tell those of the next shifts something.

    Raises:
        Forbidden: neither on that shift nor staff there.
        Refused: it says nothing.
    """
    shift = queries.shift(session, shift_id)
    is_there = any(duty.member_id == actor.member_id and duty.state in STANDING for duty in shift.duties)
    if not is_there:
        actor.needs_at_site(Role.FABMANAGER, shift.site_id)
    if not lines_of(text):
        raise Refused.because("text_missing", _("Write what the next ones should know."))
    note = HandoverNote(shift_id=shift.id, member_id=actor.member_id, at=now, text=lines_of(text))
    session.add(note)
    session.flush()
    return note


def lock(session: Session, shift_id: int) -> Shift:
    """The shift with its people, locked until the transaction ends; NotFound if there is none."""
    query = select(Shift.id).where(Shift.id == shift_id).with_for_update(key_share=True)
    if session.scalar(query) is None:
        raise NotFound(f"shift {shift_id}")
    found = queries.shift(session, shift_id)
    session.refresh(found)
    session.refresh(found, ["site", "duties"])
    return found


def _own(session: Session, actor: Actor, duty_id: int, now: datetime) -> Duty:
    duty = queries.duty(session, duty_id)
    if duty.member_id != actor.member_id and not actor.may_at_site(Role.FABMANAGER, duty.shift.site_id):
        raise NotFound(f"duty {duty_id}")
    lock(session, duty.shift_id)
    session.refresh(duty)
    if duty.state not in STANDING:
        raise Refused.because("gone", _("This was dropped or handed over before."))
    if duty.shift.ends_at <= now or duty.shift.withdrawn_at is not None:
        raise Refused.because("over", _("This shift is over or was withdrawn."))
    return duty


def _end(session: Session, duty: Duty, state: DutyState, reason: str, now: datetime) -> Duty:
    duty.state, duty.ended_at, duty.reason = state, now, line_of(reason)
    duty.offered_at = duty.in_exchange_for_id = None
    session.flush()
    duty_ended.send(None, session=session, duty=duty, now=now)
    return duty


def _hand_over(session: Session, duty: Duty, to_id: int, now: datetime) -> Duty:
    """Give the duty to somebody else, who has confirmed by taking it."""
    if duty.member_id == to_id:
        raise Refused.because("taken", _("This shift is theirs already."))
    duty.state, duty.ended_at = DutyState.HANDED_OVER, now
    duty.offered_at = None
    session.flush()
    reasons = reasons_against(session, duty.shift, to_id, now)
    if reasons:
        raise Refused(reasons)
    after = Duty(shift_id=duty.shift_id, member_id=to_id, taken_at=now, confirmed_at=now, state=DutyState.CONFIRMED)
    session.add(after)
    session.flush()
    session.refresh(duty.shift, ["duties"])
    duty_handed_over.send(None, session=session, before=duty, after=after, now=now)
    tell_filled(session, duty.shift, now)
    return after


def tell_filled(session: Session, shift: Shift, now: datetime) -> None:
    """Announce that a shift of which staff were told has its people, if it has."""
    if shift.alerted_at is not None and missing(shift) == 0:
        shift.alerted_at = None
        session.flush()
        shift_filled.send(None, session=session, shift=shift, now=now)
