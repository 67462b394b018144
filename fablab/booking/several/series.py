"""Reserving every so many weeks: each time is judged by itself, with the earlier ones of the series counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import claiming, services
from fablab.booking.models import Reservation, ReservationSeries
from fablab.booking.rules import judging
from fablab.booking.several import locking, steps
from fablab.booking.several.pattern import Pattern
from fablab.booking.several.steps import Step
from fablab.booking.signals import several_booked
from fablab.booking.suggesting import what_would_work
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.members.actor import Actor

HELPED = 6
"""For so many times that are refused it is sought what would work instead; that costs most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWish:
    """What somebody wants to have again and again."""

    wish: Wish
    """What, for whom, who pays; its period is that of no time of the series."""
    pattern: Pattern
    days: frozenset[date] | None = None
    """Only these of its days, chosen one by one; None is all."""
    rest: bool = False
    """Reserve what can be had, although some cannot; else it is all or nothing."""


def book(session: Session, actor: Actor, asked: SeriesWish, now: datetime) -> ReservationSeries:
    """Reserve all times of a series or none, unless the rest is wanted too. The same request key twice gives the same
    series.

    Raises:
        NotFound: there is no such resource.
        Forbidden: reserving for somebody else, or as staff do, without being staff there.
        Conflict: somebody else has some of it, which is the only reason; or the request key stands for another series.
        Refused: any other reason; each says which time it is about.
    """
    resource = _locked(session, actor, asked)
    known = _asked_before(session, actor, asked)
    if known is not None:
        return known
    locking.for_wish(session, claiming.look(session, [resource.id]), asked.wish)
    row = _row(session, actor, asked, now)
    made, rows = _made(session, actor, asked, row, now)
    steps.check(made, rest=asked.rest)
    several_booked.send(None, session=session, reservations=rows, now=now)
    return row


def preview(session: Session, actor: Actor, asked: SeriesWish, now: datetime) -> list[Step]:
    """What would come of each time, and what would work instead; nothing is kept. Needs a transaction that writes.

    Raises:
        NotFound, Forbidden: as `book` does.
        Refused: there is no such series at all, or it is for nobody we know.
    """
    resource = _locked(session, actor, asked)
    locking.for_wish(session, claiming.look(session, [resource.id]), asked.wish)
    with steps.only_tried(session):
        row = _row(session, actor, replace(asked, wish=replace(asked.wish, request_key=None)), now)
        found, _rows = _made(session, actor, asked, row, now)
        return _helped(session, asked, found, now)


def pattern_of(row: ReservationSeries) -> Pattern:
    """When a series was asked for."""
    return Pattern(
        first_on=row.first_on,
        starts=time(*divmod(row.starts_minute, 60)),
        minutes=row.minutes,
        every_weeks=row.every_weeks,
        times=row.times,
        until_on=row.until_on,
    )


def _locked(session: Session, actor: Actor, asked: SeriesWish) -> Resource:
    """The resource with all that it takes besides, locked; the right to ask, and a pattern that can be, are checked."""
    resource = claiming.lock(session, [asked.wish.resource_id]).resource(asked.wish.resource_id)
    services.check_right(session, actor, asked.wish, resource)
    reasons = asked.pattern.reasons()
    if not reasons and asked.days is not None and not asked.days & set(asked.pattern.days()):
        reasons = [Refusal("nothing_chosen", _("Choose at least one of its days."))]
    if not reasons and asked.days is not None and not asked.days <= set(asked.pattern.days()):
        reasons = [Refusal("day_unknown", _("A day that was chosen is none of this series."))]
    if reasons:
        raise Refused(reasons)
    return resource


def _made(
    session: Session, actor: Actor, asked: SeriesWish, row: ReservationSeries, now: datetime
) -> tuple[list[Step], list[Reservation]]:
    """Reserve each time that can be had, the earlier ones first."""
    found, rows = [], []
    for day in asked.pattern.days():
        if asked.days is not None and day not in asked.days:
            continue
        period = asked.pattern.period_on(day, row.resource.site.zone)
        step = steps.step_for(row.resource, day, period if isinstance(period, Period) else None)
        if isinstance(period, Refusal):
            found.append(replace(step, reasons=(period,)))
            continue
        wish = replace(asked.wish, period=period, request_key=None, series_id=row.id)
        made, reasons = _book(session, actor, wish, now)
        found.append(replace(step, reasons=reasons, reservation_id=made.id if made else None))
        rows += [made] if made else []
    return found, rows


def _book(session: Session, actor: Actor, wish: Wish, now: datetime) -> tuple[Reservation | None, tuple[Refusal, ...]]:
    return steps.tried(session, lambda: services.book(session, actor, wish, now))


def _helped(session: Session, asked: SeriesWish, found: Sequence[Step], now: datetime) -> list[Step]:
    """The same, with what would work instead for the first of those that another time may mend."""
    left, helped = HELPED, []
    for step in found:
        if step.period and left and step.reasons and all(reason.code in judging.TIMELY for reason in step.reasons):
            left -= 1
            wish = replace(asked.wish, period=step.period)
            step = replace(step, slots=tuple(what_would_work(session, wish, now, most=2)))
        helped.append(step)
    return helped


def _row(session: Session, actor: Actor, asked: SeriesWish, now: datetime) -> ReservationSeries:
    wish, pattern = asked.wish, asked.pattern
    row = ReservationSeries(
        resource_id=wish.resource_id,
        member_id=wish.member_id,
        nature=wish.nature,
        first_on=pattern.first_on,
        starts_minute=pattern.starts.hour * 60 + pattern.starts.minute,
        minutes=pattern.minutes,
        every_weeks=pattern.every_weeks,
        times=pattern.times,
        until_on=pattern.until_on,
        created_at=now,
        created_by_id=actor.member_id,
        request_key=wish.request_key,
    )
    session.add(row)
    session.flush()
    return row


def _asked_before(session: Session, actor: Actor, asked: SeriesWish) -> ReservationSeries | None:
    if asked.wish.request_key is None:
        return None
    query = select(ReservationSeries).where(
        ReservationSeries.created_by_id == actor.member_id, ReservationSeries.request_key == asked.wish.request_key
    )
    known = session.scalar(query)
    if known is None:
        return None
    wish = asked.wish
    same = (known.resource_id, known.member_id, known.nature) == (wish.resource_id, wish.member_id, wish.nature)
    if not same or pattern_of(known) != asked.pattern:
        text = _("This request was answered before, with another series. Ask anew.")
        raise Conflict.because("request_key_used", text)
    return known
