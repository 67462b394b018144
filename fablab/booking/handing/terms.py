"""Whether a reservation can be handed over, and until when."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding, queries
from fablab.booking.deciding import Question
from fablab.booking.models import Nature, Reservation, ReservationState
from fablab.booking.rules import judging
from fablab.booking.rules.terms import HandOver
from fablab.booking.wishes import wish_of
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.actor import Actor


def own(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """A reservation of this person or of their ward; NotFound for anybody else's."""
    found = queries.reservation(session, reservation_id)
    if not guardians.acts_for(session, actor, found.member_id):
        raise NotFound(f"reservation {reservation_id}")
    return found


def reasons_against(seen: Reservation, now: datetime) -> list[Refusal]:
    """Why a reservation is none that one hands over."""
    if seen.state != ReservationState.BOOKED or seen.ends_at <= now:
        return [Refusal("over", _("This reservation is over or was cancelled."))]
    if seen.started_at is not None or seen.checked_in_at is not None or seen.starts_at <= now:
        return [Refusal("begun", _("This reservation has begun; it can no longer be handed over."))]
    if seen.nature != Nature.MEMBER:
        return [Refusal("nature", _("Staff reserved it for something else; it cannot be handed over."))]
    if seen.review is not None:
        remedy = _("Give it back, and let them ask for it.")
        return [Refusal("review", _("Staff decide who has it; it cannot be handed over."), remedy=remedy)]
    return []


def deadline_of(session: Session, seen: Reservation, now: datetime) -> tuple[datetime, list[Refusal]]:
    """Until when the rules in force let it be handed over, and what they have against it now."""
    taking = claiming.look(session, [seen.resource_id])
    asker = members.actor(session, seen.member_id)
    asked = Question(wish=wish_of(seen), actor=asker, now=now, apart_from=(seen.id,), is_glance=True, is_promised=True)
    verdict = deciding.decide(session, taking, asked)
    held = judging.latest(verdict.rulings, HandOver) or HandOver()
    until = seen.starts_at - timedelta(minutes=held.minutes)
    if held.is_allowed and now < until:
        return until, []
    remedy = _("Give it back instead, so that somebody else can have it.")
    return until, [Refusal("hand_over", held.words(verdict.case.names), True, remedy)]
