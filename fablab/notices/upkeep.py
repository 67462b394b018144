"""Telling a site's staff which maintenance became due: each time once."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.catalog import maintenance
from fablab.core.links import link
from fablab.members import queries as members
from fablab.members.models import Member
from fablab.notices.mails import write_mail


def tell_due(session: Session, now: datetime) -> None:
    """Mail what is due and was not told since it was last done; the outbox's key tells what was."""
    told: dict[int, list[Member]] = {}
    for item in maintenance.plans(session, now):
        if not item.due.standing.is_due:
            continue
        plan, site_id = item.plan, item.plan.resource.site_id
        if site_id not in told:
            told[site_id] = members.fabmanagers_of(session, site_id)
        for member in told[site_id]:
            key = f"maintenance:{plan.id}:{plan.counted_from:%Y%m%dT%H%M%S}:{member.id}"
            where = link(f"/machines/{plan.resource_id}/maintenance")
            write_mail(session, member, "maintenance_due", key, now, plan=plan, link=where)
