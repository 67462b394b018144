"""When what can be booked is open: its site's timetable, its category's there, and its own, together."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.period import Period, common
from fablab.shifts.queries import staffed
from fablab.sites.hours import Hours
from fablab.sites.timetables import timetables_of


def hours_of(session: Session, resources: Iterable[Resource], within: Period, now: datetime) -> dict[int, Hours]:
    """The hours of each of these resources in a period; in at most four statements, sites apart."""
    return hours_in(session, resources, [within], now)[0]


def hours_in(
    session: Session, resources: Iterable[Resource], periods: Sequence[Period], now: datetime
) -> list[dict[int, Hours]]:
    """The same in each of several periods; as many statements as for one, where no site lives by shifts."""
    wanted = list(resources)
    sites = {row.site_id: row.site for row in wanted}
    whole_days = [Period(part.start - timedelta(days=1), part.end + timedelta(days=1)) for part in periods]
    first = min(part.start for part in whole_days)
    tables = timetables_of(session, sites.values(), first.date() - timedelta(days=2))
    narrower = catalog.category_timetables(session)
    # Resources under the same timetables share their hours.
    kinds = {row.id: (row.site_id, narrower.get((row.category_id, row.site_id)), row.timetable_id) for row in wanted}
    found = []
    for around in whole_days:
        staff = staffed(session, sites.values(), tables, around, now)
        made = {kind: Hours(tables[kind[0]].chosen(kind[1:]), staff[kind[0]]) for kind in set(kinds.values())}
        found.append({key: made[kind] for key, kind in kinds.items()})
    return found


def usable(resource: Resource, hours: Hours, level: int, within: Period) -> list[Period]:
    """When somebody of that level of access may use it: open to them, and staffed where it needs that."""
    opened = hours.open(level, within)
    return common(opened, hours.staff) if resource.needs_staff else opened
