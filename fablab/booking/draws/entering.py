"""Wishing for a time that is drawn, and thinking better of it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding, paying, services
from fablab.booking.draws import queries
from fablab.booking.models import DrawEntry, EntryState
from fablab.booking.rules import fairness, judging
from fablab.booking.wishes import Wish
from fablab.core.i18n import _, n_, show_moment
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import queries as members
from fablab.members.actor import Actor

LONGEST = timedelta(days=92)
"""Nobody wishes for a draw that is further away."""
PASSING = frozenset(("taken",))
"""What speaks against a wish today may not when it is drawn."""


def enter(session: Session, actor: Actor, wish: Wish, now: datetime) -> DrawEntry:
    """Take part in the draw of a time. The same wish twice equals once; what is wished first is dearest.

    Raises:
        NotFound: there is no such resource.
        Forbidden: wishing for somebody else, or as staff do, without being staff there.
        Refused: it is not drawn, or has been; a rule speaks against it at the hour of the draw; or they wish as much
            as one may.
    """
    taking = claiming.lock(session, [wish.resource_id])
    resource = taking.resource(wish.resource_id)
    services.check_right(session, actor, wish, resource)
    deciding.lock_member(session, wish.member_id)
    held, at = _drawn(session, taking, wish, now)
    open_ones = queries.open_of(session, wish.member_id, resource.site_id, at)
    known = next((row for row in open_ones if (row.resource_id, row.period) == (resource.id, wish.period)), None)
    if known is not None:
        return known
    verdict, _account = deciding.foreseen(session, taking, wish, at)
    reasons = [item for item in verdict.reasons if item.code not in PASSING]
    if len(open_ones) >= held.most:
        text = n_(
            "You may wish for %(count)s time in one draw.", "You may wish for %(count)s times in one draw.", held.most
        )
        reasons.append(Refusal("draw_most", text, remedy=_("Take another wish back first.")))
    if reasons:
        raise deciding.refused(reasons)
    row = DrawEntry(
        member_id=wish.member_id,
        resource_id=resource.id,
        site_id=resource.site_id,
        starts_at=wish.period.start,
        ends_at=wish.period.end,
        draws_at=at,
        wins=held.wins,
        places=wish.places,
        guests=wish.guests,
        job=line_of(wish.job),
        account_id=paying.unless_own(session, wish.member_id, wish.account_id),
        project_id=wish.project_id,
        entered_at=now,
        entered_by_id=actor.member_id,
    )
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, actor: Actor, entry_id: int, now: datetime) -> DrawEntry:
    """Wish for it no longer. Twice equals once.

    Raises:
        NotFound: it is not the person's own, nor their ward's.
        Refused: it was drawn already.
    """
    seen = queries.own_entry(session, actor, entry_id)
    members.lock_members(session, [seen.member_id])
    session.refresh(seen)
    if seen.state in (EntryState.WON, EntryState.LOST):
        raise Refused.because("drawn", _("It was drawn already. Give the reservation back instead, if you have it."))
    if seen.state == EntryState.OPEN:
        seen.state, seen.settled_at = EntryState.WITHDRAWN, now
        session.flush()
    return seen


def wish_of(row: DrawEntry) -> Wish:
    """What somebody wishes."""
    return Wish(
        resource_id=row.resource_id,
        period=Period(row.starts_at, row.ends_at),
        member_id=row.member_id,
        account_id=row.account_id,
        project_id=row.project_id,
        places=row.places,
        guests=row.guests,
        job=row.job,
    )


def _drawn(session: Session, taking: claiming.Taking, wish: Wish, now: datetime) -> tuple[fairness.Draw, datetime]:
    """By which rule a time is drawn, and when."""
    verdict, _account = deciding.foreseen(session, taking, wish, now)
    held = judging.latest(verdict.rulings, fairness.Draw)
    if held is None:
        raise Refused([Refusal("not_drawn", _("This time is not drawn."), remedy=_("Reserve it."))])
    at = held.draws_at(verdict.case.first_day, verdict.case.zone)
    if at <= now:
        raise Refused([Refusal("drawn", _("This time was drawn already."), remedy=_("Reserve it, if it is free."))])
    if at - now > LONGEST:
        when = show_moment(at, verdict.case.zone)
        raise Refused.because("draw_far", _("It is drawn on %(when)s; that is too far away to wish now.", when=when))
    return held, at
