"""Joining a waiting list, and leaving it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding, paying
from fablab.booking.models import OfferState, Wait, WaitEnd
from fablab.booking.queue import offering, queries
from fablab.booking.rules.judging import TIMELY
from fablab.booking.rules.waiting import Waiting
from fablab.booking.suggesting import slots_within
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import audit
from fablab.core.errors import Forbidden
from fablab.core.i18n import _, n_, show_period
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import guardians
from fablab.members.actor import Actor, Role
from fablab.sites import queries as sites

LONGEST = timedelta(days=31)
"""Nobody waits for a window longer than this: the list would be a standing order."""
FIRM = frozenset(("too_long", "too_short", "length_least", "length_most", "lengths", "closed", "access_level"))
"""What no other time of the window mends, if it speaks against each of those that are tried."""
PASSING = (TIMELY | {"cap_reached", "cap_unpriced"}) - FIRM
"""What may have gone by when the time frees."""
SAMPLES = 3
"""So many times of the window are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCard:
    """What somebody waits for: a resource, or any of a category at a site (None: anywhere); a length that lies within
    a window; places, and who pays (None: the member's own account).
    """

    member_id: int
    within: Period
    minutes: int
    resource_id: int | None = None
    category_id: int | None = None
    site_id: int | None = None
    places: int = 1
    guests: int = 0
    job: str = ""
    account_id: int | None = None
    project_id: int | None = None


def join(session: Session, actor: Actor, card: WaitCard, now: datetime) -> Wait:
    """Wait for time to free. The same twice equals once.

    Raises:
        NotFound: there is no such resource, category or site.
        Forbidden: waiting for somebody else without being staff there.
        Refused: the wish makes no sense or can be had at once, a rule speaks against it at any time, or they wait for
            as much as one may.
    """
    resource = catalog.resource(session, card.resource_id) if card.resource_id is not None else None
    _check_right(session, actor, card, resource)
    _check_shape(session, card, now)
    # Whoever reserves locks in this order too; a row that points to a resource waits for them.
    catalog.lock_resources(session, [resource.id] if resource else [])
    deciding.lock_member(session, card.member_id)
    wait = _row(session, actor, card, now)
    known = next((row for row in queries.waits_of(session, [card.member_id], now) if _is_same(row, wait)), None)
    if known is not None:
        return known
    rows = queries.resources_for(session, wait)
    terms = _judged(session, wait, rows, now)
    _check_count(session, wait, terms, now)
    _check_taken(session, wait, rows, now)
    session.add(wait)
    session.flush()
    return wait


def leave(session: Session, actor: Actor, wait_id: int, now: datetime) -> Wait:
    """Wait no longer; what was offered goes to the next in line. Staff of the place may end anybody's. Twice equals
    once.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
    """
    seen = queries.wait_seen_by(session, actor, wait_id)
    wait = queries.lock(session, seen.id)
    if wait.ended_at is not None:
        return wait
    end(session, wait, WaitEnd.LEFT, now, actor.member_id)
    if not guardians.acts_for(session, actor, wait.member_id):
        site_id = wait.resource.site_id if wait.resource else wait.site_id
        audit.note(
            session,
            actor.member_id,
            "wait.ended",
            now,
            member_id=wait.member_id,
            site_id=site_id,
            subject=f"wait:{wait.id}",
        )
    return wait


def line_at(session: Session, actor: Actor, site_id: int, now: datetime) -> list[Wait]:
    """All who wait for something at a site, the first in line first; for its staff, hosts too.

    Raises:
        NotFound: there is no such site.
        Forbidden: not staff there.
    """
    sites.site(session, site_id)
    actor.needs_at_site(Role.HOST, site_id)
    return queries.waits_at(session, site_id, now)


def end(session: Session, wait: Wait, how: WaitEnd, now: datetime, by_id: int | None = None) -> None:
    """End a wait that is locked, with what is offered to it."""
    wait.ended_at, wait.ended_how = now, how
    session.flush()
    offer = queries.open_offer(session, wait.id)
    if offer is not None:
        offering.let_go(session, offer, OfferState.WITHDRAWN, now, by_id)


def _check_right(session: Session, actor: Actor, card: WaitCard, resource: Resource | None) -> None:
    is_staff = queries.may_run(actor, resource, card.site_id)
    if not is_staff and not guardians.acts_for(session, actor, card.member_id):
        raise Forbidden("wait for others")


def _check_shape(session: Session, card: WaitCard, now: datetime) -> None:
    """Refuse what no wish can be."""
    if (card.resource_id is None) == (card.category_id is None):
        raise Refused.because("wait_what", _("Wait for one machine or room, or for any of a category."))
    if card.category_id is not None:
        catalog.category(session, card.category_id)
    if card.site_id is not None:
        sites.site(session, card.site_id)
    found = []
    if card.within.end <= now:
        found.append(Refusal("past", _("This time is over. Choose a later one.")))
    elif max(card.within.start, now) + timedelta(minutes=card.minutes) > card.within.end:
        found.append(Refusal("wait_short", _("So long does not fit between these two times.")))
    if card.within.end - card.within.start > LONGEST:
        text = _("One waits within %(count)s days at most. Choose an earlier end.", count=LONGEST.days)
        found.append(Refusal("wait_long", text))
    if found:
        raise Refused(found)


def _row(session: Session, actor: Actor, card: WaitCard, now: datetime) -> Wait:
    return Wait(
        member_id=card.member_id,
        resource_id=card.resource_id,
        category_id=card.category_id,
        site_id=card.site_id if card.resource_id is None else None,
        from_at=card.within.start,
        to_at=card.within.end,
        minutes=card.minutes,
        places=card.places,
        guests=card.guests,
        job=line_of(card.job),
        account_id=paying.unless_own(session, card.member_id, card.account_id),
        project_id=card.project_id,
        joined_at=now,
        joined_by_id=actor.member_id,
    )


def _is_same(one: Wait, other: Wait) -> bool:
    names = ("resource_id", "category_id", "site_id", "from_at", "to_at", "minutes", "places")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _judged(session: Session, wait: Wait, rows: list[Resource], now: datetime) -> list[Waiting]:
    """The terms of the resources that somebody may wait for; Refused, by what speaks least, if there is none."""
    found: list[Waiting] = []
    against: list[Refusal] | None = None
    for row in rows:
        reasons, terms = _against(session, wait, row, now)
        if not reasons:
            found.append(terms)
        elif against is None or len(reasons) < len(against):
            against = reasons
    if not found:
        nothing = [Refusal("wait_nothing", _("There is nothing of this kind at that place."))]
        raise Refused(against or nothing)
    return found


def _against(session: Session, wait: Wait, row: Resource, now: datetime) -> tuple[list[Refusal], Waiting]:
    """What speaks against a resource at any time of the window; and on which terms one waits for it."""
    taking = claiming.look(session, [row.id])
    best: tuple[list[Refusal], Waiting] | None = None
    for wish in _samples(wait, row, now):
        verdict, _account = deciding.foreseen(session, taking, wish, now)
        left = [reason for reason in verdict.reasons if reason.code not in PASSING]
        terms = offering.terms_of(verdict)
        if not terms.most:
            left.append(Refusal("no_waiting", _("There is no waiting list for it.")))
        if best is None or len(left) < len(best[0]):
            best = (left, terms)
        if not left:
            break
    return best or ([], Waiting())


def _samples(wait: Wait, row: Resource, now: datetime) -> list[Wish]:
    """Times spread over the window, on the resource's grid."""
    length = timedelta(minutes=wait.minutes)
    first, last = max(wait.from_at, now), wait.to_at - length
    step = (last - first) / (SAMPLES - 1)
    grid = timedelta(minutes=row.slot_minutes)
    starts = [first, *(first + (step * count) // grid * grid for count in range(1, SAMPLES))] if step else [first]
    return [offering.wish_of(wait, row.id, Period(start, start + length)) for start in dict.fromkeys(starts)]


def _check_count(session: Session, wait: Wait, terms: list[Waiting], now: datetime) -> None:
    most = max(item.most for item in terms)
    query = select(func.count()).where(Wait.member_id == wait.member_id, Wait.ended_at.is_(None), Wait.to_at > now)
    if (session.scalar(query) or 0) >= most:
        text = n_("One may wait for %(count)s thing at once.", "One may wait for %(count)s things at once.", most)
        raise Refused([Refusal("waits_most", text, remedy=_("Leave another waiting list first."))])


def _check_taken(session: Session, wait: Wait, rows: list[Resource], now: datetime) -> None:
    """Nobody waits for what they can have at once."""
    length = timedelta(minutes=wait.minutes)
    start = max(wait.from_at, now)
    for row in rows:
        wish = offering.wish_of(wait, row.id, Period(start, start + length))
        for period in slots_within(session, wish, Period(start, wait.to_at), now):
            taking = claiming.look(session, [row.id])
            verdict, _account = deciding.foreseen(session, taking, offering.wish_of(wait, row.id, period), now)
            if verdict.reasons:
                break
            text = _("It is free: %(name)s, %(when)s.", name=row.name, when=show_period(period, row.site.zone))
            raise Refused([Refusal("wait_free", text, remedy=_("Reserve it now."))])
