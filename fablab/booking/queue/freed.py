"""Time that was given back while somebody waits for it: noted where it is given back, offered by the worker.

An offer locks resources, which whoever gives time back may have done already in another order; so it is made in a
transaction of its own, a moment later. Meanwhile nobody takes the time who did not wait for it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from fablab.booking import claiming
from fablab.booking.models import FreedTime, Wait
from fablab.catalog import queries as catalog
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refusal

KEPT = timedelta(minutes=1)
"""So long nobody else takes what was given back; a worker that stands still keeps nothing from anybody for longer."""
_FREED = (
    select(FreedTime.id)
    .where(
        FreedTime.resource_id.in_(bindparam("resource_ids", expanding=True)),
        FreedTime.starts_at < bindparam("end"),
        FreedTime.ends_at > bindparam("start"),
        FreedTime.freed_at > bindparam("since"),
    )
    .limit(1)
)


def note(session: Session, resource_ids: Iterable[int], period: Period, now: datetime) -> None:
    """Note that time on these resources, and on all that they take besides, was given back; nothing where it is over,
    or nobody waits for it.
    """
    if period.end <= now:
        return
    left = Period(max(period.start, now), period.end)
    touching = (Wait.ended_at.is_(None), Wait.from_at < left.end, Wait.to_at > left.start)
    if session.scalar(select(Wait.id).where(*touching).limit(1)) is None:
        return
    freed = claiming.look(session, resource_ids).rows
    able = catalog.resources_by_id(session, claiming.leading_to(session, freed))
    places = {(row.category_id, row.site_id) for row in able.values()}
    meant = [
        Wait.resource_id.in_(able),
        *(
            and_(Wait.category_id == category_id, or_(Wait.site_id.is_(None), Wait.site_id == site_id))
            for category_id, site_id in places
        ),
    ]
    if session.scalar(select(Wait.id).where(*touching, or_(*meant)).limit(1)) is None:
        return
    session.add_all(
        FreedTime(resource_id=key, starts_at=left.start, ends_at=left.end, freed_at=now) for key in sorted(freed)
    )
    session.flush()


def reasons_against(session: Session, resource_ids: Iterable[int], period: Period, now: datetime) -> list[Refusal]:
    """Why somebody may not have a time at this moment: it has just been given back, and others waited for it."""
    values = {"resource_ids": list(resource_ids), "start": period.start, "end": period.end, "since": now - KEPT}
    if session.scalar(_FREED, values) is None:
        return []
    text = _("This time has just been given back, and somebody waits for it.")
    return [Refusal("taken", text, remedy=_("Try again in a minute, or join the waiting list."))]
