"""Locking all that several reservations need, once and in the order of everybody: resources, people, accounts, and what
is shared.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import claiming, deciding, paying
from fablab.booking.claiming import Taking
from fablab.booking.models import BookingRule, Reservation
from fablab.booking.policy import rows
from fablab.booking.rules.quota import Capacity
from fablab.booking.wishes import Wish
from fablab.catalog.models import Resource
from fablab.core.i18n import _
from fablab.core.refusals import Conflict
from fablab.members import queries as members


def resources_of(session: Session, reservations: Iterable[Reservation], more: Iterable[int] = ()) -> Taking:
    """The resources of some reservations, and others that they may go to; locked with all that they take besides."""
    return claiming.lock(session, {*(row.resource_id for row in reservations), *more})


def for_wish(session: Session, taking: Taking, wish: Wish) -> None:
    """Whom a wish is for, who pays for it, and what is shared; its resources are locked already.

    Raises:
        Refused: it is for nobody we know.
    """
    deciding.lock_member(session, wish.member_id)
    paying.locked(session, wish.member_id, wish.account_id, wish.project_id)
    _shared(session, taking.rows.values())


def for_change(session: Session, taking: Taking, reservations: Collection[Reservation]) -> None:
    """The people and accounts of reservations that are changed, and what is shared.

    Raises:
        Conflict: one of them went to another resource while we waited for the lock.
    """
    if any(row.resource_id not in taking.rows for row in reservations):
        raise Conflict.because("stale", _("One of them was changed at this moment. Look, then try again."))
    members.lock_members(session, [row.member_id for row in reservations])
    members.lock_accounts(session, [row.account_id for row in reservations])
    _shared(session, taking.rows.values())


def for_members(
    session: Session, taking: Taking, member_ids: Collection[int], account_ids: Collection[int | None]
) -> None:
    """People who are to reserve, and the accounts that pay for them: their own where none is named."""
    members.lock_members(session, member_ids)
    own = [members.personal_account(session, key).id for key in sorted(member_ids)] if None in account_ids else []
    members.lock_accounts(session, [*own, *(key for key in account_ids if key is not None)])
    _shared(session, taking.rows.values())


def _shared(session: Session, resources: Iterable[Resource]) -> None:
    """The capacities that reservations of these share; each wish would lock its own, in no order among each other."""
    found = list(resources)
    things = [rows.thing_of(row) for row in found]
    ids = [
        item.id
        for item in rows.rulings_at(session, {row.site_id for row in found})
        if isinstance(item.rule, Capacity) and any(item.scope.covers(thing) for thing in things)
    ]
    if ids:
        query = select(BookingRule.id).where(BookingRule.id.in_(ids)).order_by(BookingRule.id)
        session.scalars(query.with_for_update()).all()
