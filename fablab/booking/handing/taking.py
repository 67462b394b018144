"""Taking a reservation over."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding, lateness, paying
from fablab.booking.deciding import Question, Verdict
from fablab.booking.handing import queries, terms
from fablab.booking.models import ChangeKind, HandOver, HandOverState, Reservation, ReservationChange
from fablab.booking.rules import judging
from fablab.booking.rules.terms import Review
from fablab.booking.signals import handed_over
from fablab.booking.wishes import wish_of
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.core.versions import check_version
from fablab.members import queries as members
from fablab.members.actor import Actor

WITHOUT = frozenset(("lead",))
"""Kinds of rules that have nothing to say of a time that is taken already: all others bind the one who takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """How somebody takes a reservation: who pays (None: their own account), and the version that they read (None if
    they do not mind).
    """

    account_id: int | None = None
    project_id: int | None = None
    version: int | None = None


def accept(session: Session, actor: Actor, hand_over_id: int, take: Take, now: datetime) -> Reservation:
    """Take a reservation over, at the cost of one's own account or another of one's own. Twice equals once.

    Raises:
        NotFound: it is offered to somebody else.
        Refused: it is over, was withdrawn or began, or a rule speaks against the one who takes it.
        Conflict: it was changed since it was read.
    """
    given = queries.seen_by_taker(session, actor, hand_over_id)
    seen = given.reservation
    resource_id, taker_id = seen.resource_id, given.to_id or 0
    taking = claiming.lock(session, [resource_id])
    session.refresh(seen)
    session.refresh(given)
    if given.state == HandOverState.ACCEPTED and seen.member_id == taker_id:
        return seen
    _check_taken(given, seen, resource_id, take, now)
    verdict, account_id = _judged(session, taking, seen, taker_id, take, now)
    session.add(ReservationChange.of(seen, ChangeKind.HANDED_OVER, actor.member_id, now))
    seen.member_id, seen.account_id, seen.project_id = taker_id, account_id, take.project_id
    seen.companion_id = None if seen.companion_id == taker_id else seen.companion_id
    # What its holder does with all that they reserved together, or weekly, is no longer done to it.
    seen.together_id = seen.series_id = None
    lateness.forget_owed(seen)
    seen.version += 1
    given.state, given.settled_at, given.named = HandOverState.ACCEPTED, now, ""
    session.flush()
    session.refresh(seen, ["member"])
    claiming.claim(session, seen, verdict.chosen, verdict.occupied)
    handed_over.send(None, session=session, hand_over=given, reservation=seen, now=now)
    return seen


def reasons_for_taker(session: Session, actor: Actor, hand_over_id: int, take: Take, now: datetime) -> list[Refusal]:
    """What speaks against taking a reservation over now, without doing it: for the page that offers it.

    Raises:
        NotFound: it is offered to somebody else.
    """
    given = queries.seen_by_taker(session, actor, hand_over_id)
    seen, taker_id = given.reservation, given.to_id or 0
    if not given.is_open(now):
        return [_over()]
    taking = claiming.look(session, [seen.resource_id])
    payer = paying.chosen(session, taker_id, take.account_id, take.project_id)
    asked = replace(_question(session, seen, taker_id, payer, now), is_glance=True)
    found = deciding.decide(session, taking, asked).reasons
    # What is taken is what is handed over.
    return [
        *terms.reasons_against(seen, now),
        *terms.deadline_of(session, seen, now)[1],
        *(item for item in found if item.code != "taken"),
    ]


def _check_taken(given: HandOver, seen: Reservation, resource_id: int, take: Take, now: datetime) -> None:
    if not given.is_open(now):
        raise Refused([_over()])
    against = terms.reasons_against(seen, now)
    if against:
        raise Refused(against)
    if seen.resource_id != resource_id or seen.member_id != given.from_id:
        raise Conflict.because("stale", _("It was changed at this moment. Try again."))
    if take.version is not None:
        check_version(seen.version, take.version)


def _judged(
    session: Session, taking: claiming.Taking, seen: Reservation, taker_id: int, take: Take, now: datetime
) -> tuple[Verdict, int]:
    """What the lab says of the one who takes it, with its places given back; Refused if that is no. And who pays."""
    claiming.release(session, seen)
    members.lock_members(session, [seen.member_id, taker_id])
    deciding.lock_member(session, taker_id)
    payer = paying.locked(session, taker_id, take.account_id, take.project_id)
    verdict = deciding.decide(session, taking, _question(session, seen, taker_id, payer, now))
    reasons = [*terms.deadline_of(session, seen, now)[1], *verdict.reasons]
    if judging.of_kind(verdict.rulings, Review):
        reasons.append(Refusal("review", _("Staff approve first who has it; ask them.")))
    if reasons or payer.account is None:
        raise deciding.refused(reasons)
    return verdict, payer.account.id


def _question(session: Session, seen: Reservation, taker_id: int, payer: paying.Paying, now: datetime) -> Question:
    account_id = payer.account.id if payer.account else None
    wish = replace(wish_of(seen), member_id=taker_id, account_id=account_id, project_id=payer.project_id)
    if wish.companion_id == taker_id:
        wish = replace(wish, companion_id=None)
    return Question(
        wish=wish,
        actor=members.actor(session, taker_id),
        now=now,
        paying=payer,
        apart_from=(seen.id,),
        without=WITHOUT,
        is_promised=True,
    )


def _over() -> Refusal:
    return Refusal("hand_over_over", _("It is no longer offered to you: it was withdrawn, or the time is over."))
