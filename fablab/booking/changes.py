"""Changes that touch reservations: taking a resource out, closing days, changing timetables, places and sites.

Each first shows whom it touches (`Undecided`), and is made together with what was decided for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from fablab.booking import claiming, free_time
from fablab.booking.affected import CANCEL, KEEP, Decisions, settle, upcoming_on, usable_ids
from fablab.booking.models import Reservation
from fablab.catalog import queries as catalog
from fablab.catalog import services as cards
from fablab.catalog.models import Resource, ResourceState
from fablab.catalog.services import ResourceCard
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.core.versions import check_version
from fablab.members.actor import Actor
from fablab.members.models import Role

Made = TypeVar("Made")
HORIZON = timedelta(days=400)
"""How far ahead reservations are looked for; none can be made further ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What staff say of a resource's state from now on, having read it at `version`."""

    state: ResourceState
    version: int
    note: str = ""
    until: datetime | None = None
    """When it is expected back; reservations from then on stand."""


def set_state(
    session: Session, actor: Actor, resource_id: int, outage: Outage, decisions: Decisions, now: datetime
) -> Resource:
    """Say how a resource is: take it out, or put it back. Taking it out touches what is reserved until it is back,
    of it and of all that needs it.

    Raises:
        Forbidden: not a fabmanager of its site.
        Conflict: somebody else changed it since it was read.
        Undecided: reservations are touched and not all decided, or not as it can be done.
        Refused: it would be back before now.
    """
    resource = lock(session, [resource_id], decisions)[resource_id]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    check_version(resource.version, outage.version)
    if outage.until is not None and outage.until <= now:
        raise Refused.because("until", _("It cannot be back before now. Leave the time out if nobody knows."))
    cards.set_state(session, actor, resource, outage.state, outage.note, outage.until, now)
    if not outage.state.bookable:
        end = outage.until or now + HORIZON
        if outage.state == ResourceState.RETIRED:
            end = now + HORIZON
        touched = upcoming_on(session, [resource_id], Period(now, end))
        settle(session, actor, touched, decisions, outage.note, now, without=[resource_id])
    return resource


def edit_resource(
    session: Session,
    actor: Actor,
    resource_id: int,
    card: ResourceCard,
    version: int,
    decisions: Decisions,
    now: datetime,
) -> Resource:
    """Change a resource's card; fewer places, another site or other hours touch what is reserved.

    Raises:
        Forbidden: not a fabmanager of its site, and of the one that it goes to.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
        Undecided: reservations are touched and not all decided.
    """
    lock(session, [resource_id], decisions)
    before = catalog.resource(session, resource_id)
    places, site_id = before.places, before.site_id

    def change() -> None:
        cards.edit_resource(session, actor, resource_id, card, version, now)

    def touched(rows: list[Reservation]) -> list[Reservation]:
        session.refresh(before)
        if before.site_id != site_id:
            return [row for row in rows if row.ends_at > now]
        if before.places >= places:
            return []
        high = {
            item.reservation_id
            for item in free_time.busy(session, [resource_id], Period(now, now + HORIZON))
            if item.place > before.places
        }
        return [row for row in rows if row.id in high]

    ahead = Period(now, now + HORIZON)
    rows = upcoming_on(session, [resource_id], ahead)
    _none, closed = _made_closed(session, rows, change, now)
    both = {row.id: row for row in [*closed, *touched(rows)]}
    settle(session, actor, sorted(both.values(), key=_when), decisions, _("It was changed or moved."), now)
    return before


def change_hours(
    session: Session,
    actor: Actor,
    site_id: int,
    change: Callable[[], Made],
    decisions: Decisions,
    reason: str,
    now: datetime,
) -> Made:
    """Make a change to a site's hours, and return what it made; it touches what is reserved in hours that were open
    and no longer are.

    Raises:
        Undecided: reservations are touched and not all decided.
        Whatever the change itself raises.
    """
    ids = [row.id for row in catalog.resources(session, site_id=site_id)]
    # Who reserves meanwhile waits for us, and then finds the hours as they are after the change.
    lock(session, ids, decisions)
    rows = upcoming_on(session, ids, Period(now, now + HORIZON))
    made, touched = _made_closed(session, rows, change, now)
    settle(session, actor, touched, decisions, reason, now)
    return made


def lock(session: Session, resource_ids: list[int], decisions: Decisions) -> dict[int, Resource]:
    """Lock all that a change may touch, at once and in order: the resources, those whose reservations take them
    besides, and those to which reservations move. Who reserves meanwhile waits, and then sees the change.
    """
    targets = {int(value) for value in decisions.each.values() if value not in (CANCEL, KEEP)}
    wanted = claiming.leading_to(session, resource_ids) | targets
    return claiming.lock(session, wanted).rows if wanted else {}


def _made_closed(
    session: Session, rows: list[Reservation], change: Callable[[], Made], now: datetime
) -> tuple[Made, list[Reservation]]:
    """Make the change, and find the reservations whose time was open before it, and staffed where it needs that, and
    no longer is.
    """

    def possible() -> set[int]:
        return usable_ids(session, [(row, row.period) for row in rows], now)

    before = possible()
    made = change()
    session.flush()
    session.expire_all()
    after = possible()
    return made, [row for row in rows if row.id in before - after]


def _when(row: Reservation) -> tuple[datetime, int]:
    return row.starts_at, row.id
