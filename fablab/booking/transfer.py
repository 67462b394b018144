"""Bringing a table of resources in, through the same checks as a card that is written by hand.

A line that would touch reservations is a trouble of that line: it is for the resource's own page, which asks what
becomes of each.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import changes, claiming
from fablab.booking.affected import NOTHING_DECIDED, Undecided
from fablab.booking.free_time import busy
from fablab.catalog import services as cards
from fablab.catalog import sheet_of_resources as sheet
from fablab.catalog import transfer
from fablab.catalog.models import Resource
from fablab.catalog.transfer import Planned
from fablab.core.errors import Forbidden, NotFound
from fablab.core.i18n import _, n_
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.core.tables import Report, Trouble
from fablab.members.actor import Actor
from fablab.members.models import Role


def bring_in(session: Session, actor: Actor, text: str, now: datetime) -> Report:
    """Write every line that can be taken, and tell of all others why not; who must have all or nothing rolls back.

    Raises:
        Forbidden: nowhere a fabmanager.
        Refused: the table as a whole cannot be read.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    means = transfer.meaning(session, actor)
    planned: list[Planned] = []
    troubles: list[Trouble] = []
    for line in sheet.read(text):
        plan, wrong = means.of(line)
        planned += [plan] if plan else []
        troubles += wrong
    done = {"added": 0, "changed": 0, "unchanged": 0}
    # Each resource's card and version as they are now: writing one lets go of what was read of all.
    before = [(plan, (plan.resource.id, plan.resource.version) if plan.resource else None) for plan in planned]
    same = {plan.line for plan in planned if plan.resource and plan.card == cards.card_of(plan.resource)}
    reserved = _reserved(session, [known[0] for plan, known in before if known and plan.line not in same], now)
    for plan, known in before:
        if plan.line in same:
            done["unchanged"] += 1
            continue
        message = _take(session, actor, plan, known, reserved, now)
        if message:
            troubles.append(Trouble(plan.line, message))
        else:
            done["changed" if known else "added"] += 1
    return Report(troubles=sorted(troubles, key=lambda trouble: trouble.line), **done)


def _reserved(session: Session, resource_ids: list[int], now: datetime) -> set[int]:
    """Which of these are reserved ahead; locked until the transaction ends, so that this stays true."""
    if resource_ids:
        claiming.lock(session, claiming.leading_to(session, resource_ids))
    return {item.resource_id for item in busy(session, resource_ids, Period(now, now + changes.HORIZON))}


def _take(
    session: Session,
    actor: Actor,
    plan: Planned,
    known: tuple[int, int] | None,
    reserved: set[int],
    now: datetime,
) -> str:
    """Write one line; the reasons why not, if it cannot be."""
    try:
        with session.begin_nested():
            if known is None:
                _add(session, actor, plan, now)
                return ""
            resource_id, version = known
            if resource_id not in reserved:
                # Nothing can be touched: that need not be looked for, line by line.
                cards.edit_resource(session, actor, resource_id, plan.card, version, now)
            else:
                changes.edit_resource(session, actor, resource_id, plan.card, version, NOTHING_DECIDED, now)
    except Undecided as undecided:
        return n_(
            "%(count)s reservation would be touched. Change it on its own page, which asks what becomes of it.",
            "%(count)s reservations would be touched. Change it on its own page, which asks what becomes of them.",
            undecided.count,
        )
    except Refused as refused:
        return " ".join(refused.messages)
    except (Forbidden, NotFound):
        return _("It is gone, or stands at a site that is not yours.")
    return ""


def _add(session: Session, actor: Actor, plan: Planned, now: datetime) -> None:
    made = cards.add_resource(session, actor, plan.card, now)
    if plan.code and plan.code != made.code:
        if session.scalar(select(Resource.id).where(Resource.code == plan.code)) is not None:
            text = _("The code “%(code)s” was given to another resource meanwhile.", code=plan.code)
            raise Refused.because("code_taken", text)
        made.code = plan.code
        session.flush()
