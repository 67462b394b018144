"""Deciding about a wish: what is known of it, what the rules say, and which places it would take."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from fablab.booking import paying, staff
from fablab.booking.claiming import Chosen, Taking
from fablab.booking.draws import queries as draws
from fablab.booking.models import BookingRule, Nature
from fablab.booking.opening import hours_of
from fablab.booking.paying import Paying
from fablab.booking.policy import cases, rows
from fablab.booking.policy.cases import Known
from fablab.booking.purse import Expense
from fablab.booking.queue import freed
from fablab.booking.rules import basics, judging
from fablab.booking.rules.basics import Facts
from fablab.booking.rules.case import Case, Person
from fablab.booking.rules.fairness import Draw, Priority
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.length import Buffer, with_buffers
from fablab.booking.rules.quota import Capacity
from fablab.booking.rules.window import Lead, OverClosing
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members import queries as members
from fablab.members import standing
from fablab.members.actor import Actor
from fablab.members.models import Account, Member
from fablab.sites import queries as sites
from fablab.training import queries as training
from fablab.training.timeline import holds_during

NOBODY = Person(ids=frozenset())
"""Stands for somebody who was named and is not there."""
CLOSED = frozenset(("closed", "access_level"))
"""What a rule lifts that lets a reservation go on while the site is closed."""
BLOCKED = (Nature.CLASS, Nature.MAINTENANCE)
"""Time that staff keep from members; whoever blocks it does not use the machine themselves."""
HALF_DAY = timedelta(hours=12)
OF_ALL = (Buffer, Capacity, Priority)
"""Rules that hold whatever the use is; all others are for members' own use."""


_MEMBER = (
    select(Member)
    .where(Member.id == bindparam("member_id"))
    .with_for_update(key_share=True, of=Member)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a wish: every reason against it, the places that it would take, and the rules in force for it."""

    reasons: list[Refusal]
    chosen: Chosen
    rulings: list[Ruling]
    occupied: Period
    """Its time with what is kept free around it."""
    case: Case
    gives_way: int = 0
    """So many reservations of others would give way to it, if its member passes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A wish, who asks, who pays, and what it stands in the place of."""

    wish: Wish
    actor: Actor
    now: datetime
    paying: Paying | None = None
    """None: nobody looks at the money."""
    apart_from: Collection[int] = ()
    """Reservations that it takes the place of: they do not count against it."""
    without: Collection[str] = ()
    """Kinds of the lab's rules that do not hold for it."""
    instead: Sequence[Ruling] | None = None
    """Rules that are tried instead of those in force; None: those in force."""
    is_glance: bool = False
    """Nothing is locked for it: whatever comes of it is judged once more."""
    is_promised: bool = False
    """It is offered to whoever waits for it; what was just given back is kept for them alone."""


def decide(session: Session, taking: Taking, question: Question) -> Verdict:
    """Everything that speaks against a wish. What decides is locked already by whoever is to act on the answer."""
    wish, now = question.wish, question.now
    resource = taking.resource(wish.resource_id)
    rulings = rulings_for(session, resource, question)
    people = [wish.member_id, *([wish.companion_id] if wish.companion_id else [])]
    found = cases.known(session, people, resource.site_id, now, rulings)
    who = found[wish.member_id]
    around = _around(wish.period, rulings, now)
    companion = found.get(wish.companion_id) if wish.companion_id else None
    case = replace(
        cases.base_case(_paid(wish, question.paying), resource, who.person, resource.site.zone, now),
        hours=hours_of(session, [resource], around, now)[resource.id],
        companion=companion.person if companion else NOBODY if wish.companion_id else None,
        by_staff=staff.act_for(question.actor, wish.member_id, resource),
    )
    if not question.is_glance:
        _lock_capacities(session, rulings, case)
    case = cases.apart_from(cases.case_of(session, wish, resource, who, rulings, case), question.apart_from)
    held = judging.in_force(rulings, case)
    occupied = with_buffers(wish.period, judging.of_kind(held, Buffer))
    chosen = taking.choose(session, wish.resource_id, wish.places, occupied, now, question.apart_from)
    against = list(judging.refusals(held, case))
    if against:
        # What things are called is asked only where it is to be said.
        case = replace(case, names=rows.names(session))
        against = list(judging.refusals(held, case))
    reasons = [*_basics(session, resource, wish, case, chosen, who, held), *against]
    if wish.companion_id and companion is None and all(reason.code != "companion" for reason in against):
        # Where a rule asks for somebody it has said so already, in the same words as of somebody who is not fit.
        text = _("The one whom you named cannot be the one who comes along.")
        reasons.append(Refusal("companion", text, remedy=_("Name somebody else.")))
    if not question.is_promised and not case.by_staff and wish.nature == Nature.MEMBER and chosen.is_free:
        reasons += freed.reasons_against(session, chosen.places, occupied, now)
    if not question.is_promised:
        reasons += _awaiting_draw(session, resource, case, held)
    if question.paying is not None:
        reasons += paying.reasons_against(session, question.paying, expense(session, resource, wish), now)
    return Verdict(reasons=reasons, chosen=chosen, rulings=held, occupied=occupied, case=case)


def foreseen(session: Session, taking: Taking, wish: Wish, at: datetime) -> tuple[Verdict, Account | None]:
    """What will speak against a wish of somebody who waits for its time, if it is judged then; and who would pay.
    Nobody is locked, since it is judged once more in earnest.
    """
    payer = paying.chosen(session, wish.member_id, wish.account_id, wish.project_id)
    asker = members.actor(session, wish.member_id)
    asked = Question(wish=wish, actor=asker, now=at, paying=payer, is_glance=True, is_promised=True)
    return decide(session, taking, asked), payer.account


def _around(period: Period, rulings: Sequence[Ruling], now: datetime) -> Period:
    """The time whose opening hours must be known: from now on where a rule counts the open days up to the wish."""
    start, counts_days = period.start, any(lead.open_days for lead in judging.of_kind(rulings, Lead))
    return Period((min(start, now) if counts_days else start) - HALF_DAY, period.end + HALF_DAY)


def rulings_for(session: Session, resource: Resource, question: Question) -> list[Ruling]:
    """The lab's rules that may concern a wish for a resource."""
    if question.instead is None:
        found = rows.rulings_on(session, resource)
    else:
        thing = rows.thing_of(resource)
        found = [item for item in question.instead if item.scope.covers(thing)]
    if question.wish.nature != Nature.MEMBER:
        found = [item for item in found if isinstance(item.rule, OF_ALL)]
    return [item for item in found if item.rule.code not in question.without]


def expense(session: Session, resource: Resource, wish: Wish) -> Expense:
    """What a wish would be at somebody's cost."""
    member = members.member(session, wish.member_id)
    return Expense(resource=resource, member=member, period=wish.period, nature=wish.nature)


def lock_member(session: Session, member_id: int) -> Member:
    """Let nobody else reserve for this person until the transaction ends, so that what is counted of them stays true.
    Call it when the resources are locked, and before the account.

    Raises:
        Refused: it is no member, or has left.
    """
    member = session.scalar(_MEMBER, {"member_id": member_id})
    if member is None or member.left_at is not None:
        raise Refused.because("member_unknown", _("This person is no member, or has left."))
    return member


def refused(reasons: list[Refusal]) -> Refused:
    """What is raised for these reasons: a conflict where the one reason is that somebody else has it."""
    if {reason.code for reason in reasons} == {"taken"}:
        return Conflict(reasons)
    return Refused(reasons)


def _basics(
    session: Session,
    resource: Resource,
    wish: Wish,
    case: Case,
    chosen: Chosen,
    who: Known,
    held: Sequence[Ruling],
) -> list[Refusal]:
    needed = [] if wish.nature in BLOCKED else training.needed_for(session, [resource])[resource.id]
    is_open = case.hours.is_open(case.level, wish.period)
    facts = Facts(
        now=case.now,
        period=wish.period,
        zone=case.zone,
        standing=standing.reasons_against(session, wish.member_id, resource.site_id, wish.period, case.now),
        hours=case.hours,
        level=case.level,
        levels={} if is_open else sites.access_levels(session),
        needs_staff=resource.needs_staff,
        is_out=resource.is_out_at(wish.period.start, case.now),
        state_note=resource.state_note,
        slot_minutes=resource.slot_minutes,
        missing_certificates=[
            course.name for course in needed if not holds_during(who.acts.get(course.id, []), wish.period, case.now)
        ],
        places=wish.places,
        capacity=resource.places,
        is_free=chosen.is_free,
        lacking=chosen.lacking,
    )
    found = basics.check(facts)
    lifted = CLOSED if judging.of_kind(held, OverClosing) else frozenset()
    return [reason for reason in found if reason.code not in lifted]


def _awaiting_draw(session: Session, resource: Resource, case: Case, held: Sequence[Ruling]) -> list[Refusal]:
    """The hour of its draw is past, and the draw is made at this moment: who is quick has nothing of it."""
    rule = judging.latest(held, Draw)
    if rule is None or case.by_staff:
        return []
    at = rule.draws_at(case.first_day, case.zone)
    if case.now < at or not draws.is_waited_for(session, resource.site_id, at):
        return []
    return [Refusal("draw", _("It is being drawn at this moment."), remedy=_("Look again in some minutes."))]


def _lock_capacities(session: Session, rulings: Sequence[Ruling], case: Case) -> None:
    """Whoever takes a place of a room that is shared waits for whoever does so at this moment."""
    ids = [item.id for item in rulings if isinstance(item.rule, Capacity) and item.scope.covers(case.thing)]
    if ids:
        query = select(BookingRule.id).where(BookingRule.id.in_(ids)).order_by(BookingRule.id)
        session.scalars(query.with_for_update()).all()


def _paid(wish: Wish, payer: Paying | None) -> Wish:
    """The wish with the account that pays for it, which is what a quota of an account counts."""
    if payer is None or payer.account is None:
        return wish
    return replace(wish, account_id=payer.account.id)
