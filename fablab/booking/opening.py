"""When what can be booked is open: its site's timetable, its category's there, and its own, together."""

from collections.abc import Iterable
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
    wanted = list(resources)
    sites = {row.site_id: row.site for row in wanted}
    around = Period(within.start - timedelta(days=1), within.end + timedelta(days=1))
    tables = timetables_of(session, sites.values(), around.start.date() - timedelta(days=2))
    staff = staffed(session, sites.values(), tables, around, now)
    narrower = catalog.category_timetables(session, sites)
    return {
        row.id: Hours(
            tables[row.site_id].chosen((narrower.get((row.category_id, row.site_id)), row.timetable_id)),
            staff[row.site_id],
        )
        for row in wanted
    }


def usable(resource: Resource, hours: Hours, level: int, within: Period) -> list[Period]:
    """When somebody of that level of access may use it: open to them, and staffed where it needs that."""
    opened = hours.open(level, within)
    return common(opened, hours.staff) if resource.needs_staff else opened
