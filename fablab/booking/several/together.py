"""Reserving several resources for one time: all of them or none."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import asked_before, claiming, services
from fablab.booking.claiming import Taking
from fablab.booking.models import Reservation
from fablab.booking.several import locking, steps
from fablab.booking.several.steps import Step
from fablab.booking.signals import several_booked
from fablab.booking.wishes import Wish
from fablab.catalog.bundle import bundle
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members.actor import Actor

MOST = 12
"""So many resources at most at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherWish:
    """What somebody wants to have at one time; `wish` says when, for whom and who pays, of each of the resources."""

    wish: Wish
    resource_ids: frozenset[int]


def book(session: Session, actor: Actor, asked: TogetherWish, now: datetime) -> list[Reservation]:
    """Reserve all of them, or none and say every reason why not. The same request key twice gives the same ones.

    Raises:
        NotFound: one of them does not exist.
        Forbidden: reserving for somebody else, or as staff do, without being staff of the site of each.
        Conflict: somebody else has one of them, which is the only reason.
        Refused: any other reason; each says which resource it is about.
    """
    taking = _locked(session, actor, asked)
    known = _asked_before(session, actor, asked)
    if known:
        return known
    locking.for_wish(session, taking, asked.wish)
    found, rows = _made(session, actor, asked, taking, now)
    steps.check(found, by_name=True)
    several_booked.send(None, session=session, reservations=rows, now=now)
    return rows


def preview(session: Session, actor: Actor, asked: TogetherWish, now: datetime) -> list[Step]:
    """What would come of each of them; nothing is kept. Needs a transaction that writes.

    Raises:
        NotFound, Forbidden: as `book` does.
        Refused: they are too few or too many, or for nobody we know.
    """
    taking = _locked(session, actor, asked)
    locking.for_wish(session, taking, asked.wish)
    with steps.only_tried(session):
        found, _rows = _made(session, actor, replace(asked, wish=replace(asked.wish, request_key=None)), taking, now)
    return found


def _locked(session: Session, actor: Actor, asked: TogetherWish) -> Taking:
    taking = claiming.lock(session, asked.resource_ids)
    for resource_id in sorted(asked.resource_ids):
        services.check_right(session, actor, asked.wish, taking.resource(resource_id))
    if len(asked.resource_ids) < 2:
        raise Refused.because("too_few", _("Choose at least two machines or spaces."))
    if len(asked.resource_ids) > MOST:
        raise Refused.because("too_many", _("Choose at most %(most)s machines or spaces at once.", most=MOST))
    return taking


def _made(
    session: Session, actor: Actor, asked: TogetherWish, taking: Taking, now: datetime
) -> tuple[list[Step], list[Reservation]]:
    """Reserve each that can be had, so that the rules count it for those after it."""
    found: list[Step] = []
    rows: list[Reservation] = []
    doubled = _doubled(asked, taking)
    for resource_id in sorted(asked.resource_ids):
        resource = taking.resource(resource_id)
        day = asked.wish.period.start.astimezone(resource.site.zone).date()
        step = steps.step_for(resource, day, asked.wish.period)
        if resource_id in doubled:
            found.append(replace(step, reasons=(doubled[resource_id],)))
            continue
        wish = replace(
            asked.wish,
            resource_id=resource_id,
            request_key=None if rows else asked.wish.request_key,
            together_id=rows[0].id if rows else None,
        )
        made, reasons = _book(session, actor, wish, now)
        if made is not None and not rows:
            made.together_id = made.id
            session.flush()
        found.append(replace(step, reasons=reasons, reservation_id=made.id if made else None))
        rows += [made] if made else []
    return found, rows


def _book(session: Session, actor: Actor, wish: Wish, now: datetime) -> tuple[Reservation | None, tuple[Refusal, ...]]:
    return steps.tried(session, lambda: services.book(session, actor, wish, now))


def _doubled(asked: TogetherWish, taking: Taking) -> dict[int, Refusal]:
    """Those that another one takes with it, so that no place of theirs is left to be reserved besides."""
    sizes = {key: row.places for key, row in taking.rows.items()}
    found = {}
    for resource_id in sorted(asked.resource_ids):
        taken = bundle(resource_id, asked.wish.places, taking.links, sizes)
        for other in asked.resource_ids - {resource_id}:
            if other in taken and taken[other] + asked.wish.places > sizes[other]:
                text = _("It is reserved with %(name)s anyway.", name=taking.resource(resource_id).name)
                found[other] = Refusal("goes_with_it", text, remedy=_("Leave it out."))
    return found


def _asked_before(session: Session, actor: Actor, asked: TogetherWish) -> list[Reservation]:
    first = asked_before.first_of(session, actor, asked.wish)
    if first is None:
        return []
    query = select(Reservation).where(Reservation.together_id == first.id).order_by(Reservation.resource_id)
    rows = list(session.scalars(query))
    same = all(asked_before.is_same(row, replace(asked.wish, resource_id=row.resource_id)) for row in rows)
    if {row.resource_id for row in rows} != asked.resource_ids or not same:
        raise asked_before.another()
    return rows
