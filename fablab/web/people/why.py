"""For staff: why somebody may or may not have something at a time, and what they may do at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from werkzeug.exceptions import Forbidden

from fablab.booking.services import Wish, why_not
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db
from fablab.core.period import Period
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries as members
from fablab.members import rights
from fablab.members.actor import Role
from fablab.sites import queries as sites
from fablab.training import queries as training
from fablab.training.queries import Needed
from fablab.web.ground import access, inputs

screen = Blueprint("why", __name__)
DEFAULT_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: which resource, when, how long."""

    resource: Resource | None
    day: str
    start: str
    minutes: int


@screen.get("/people/<row:member_id>/why")
@access.needs(Role.HOST)
def page(member_id: int) -> str:
    """Ask, and read the answer."""
    session, actor, now = db.session(), access.actor(), clock.now()
    own = actor.sites_of(Role.HOST, [row.id for row in sites.sites(session)])
    resources = [row for row in catalog.resources(session) if row.site_id in own]
    asked = _asked(resources, now)
    reasons: list[Refusal] | None = None
    wrong: list[str] = []
    period = None
    if request.args.get("resource") and asked.resource is not None:
        try:
            period = _period(asked, asked.resource)
            wish = Wish(resource_id=asked.resource.id, period=period, member_id=member_id)
            reasons = why_not(session, actor, wish, now)
        except Refused as refused:
            wrong = refused.messages
    grants = members.grants_of(session, [member_id])[member_id]
    return render_template(
        "conduct/why.html",
        member=members.member(session, member_id),
        resources=resources,
        asked=asked,
        period=period,
        reasons=reasons,
        wrong=wrong,
        grants=grants,
        levels=rights.access_of(session, member_id, now).levels,
        level_names=sites.access_levels(session),
        certificates=training.certificates_of(session, member_id, now),
        needed=_needed(asked.resource),
        held=training.held_by(session, member_id, now),
        site_names={row.id: row.name for row in sites.sites(session)},
        entity_names={row.id: row.name for row in sites.legal_entities(session)},
    )


def _asked(resources: list[Resource], now: datetime) -> Asked:
    """The question of the address; without one, about an hour from the next full hour on.

    Raises:
        Forbidden: the resource stands at a site where they are no staff.
    """
    wanted = inputs.row_id(request.args.get("resource"))
    found = next((row for row in resources if row.id == wanted), None) if wanted else None
    if wanted and found is None:
        raise Forbidden
    zone = (found or resources[0]).site.zone if resources else None
    local = (now + timedelta(hours=1)).astimezone(zone)
    day = inputs.day(request.args.get("day"), local.date()).isoformat()
    start = request.args.get("start") or f"{local:%H}:00"
    return Asked(found, day, start[:5], inputs.minutes(request.args.get("minutes"), DEFAULT_MINUTES))


def _period(asked: Asked, resource: Resource) -> Period:
    start = inputs.wall_time(inputs.day(asked.day, clock.now().date()), asked.start, resource.site.zone)
    return Period(start, start + timedelta(minutes=asked.minutes))


def _needed(resource: Resource | None) -> list[Needed]:
    return training.needed_for(db.session(), [resource])[resource.id] if resource else []
