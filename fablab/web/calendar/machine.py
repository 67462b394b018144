"""A machine's own page, where its QR code leads: what it does, what it costs, when it is free."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from flask.wrappers import Response
from flask_login import current_user

from fablab.billing.prices import Quote, quote
from fablab.booking import afterwards
from fablab.booking.afterwards import GoingOn
from fablab.booking.policy.sentences import sentences_for
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import clock
from fablab.core.db import db
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.training import queries as training
from fablab.usage import connections
from fablab.usage import queries as usage
from fablab.usage.models import Connection, LiveState, UsageSession
from fablab.web.calendar import floor, walk_ins
from fablab.web.calendar.calendars import week_table
from fablab.web.calendar.floor import Standing
from fablab.web.catalog.about import about
from fablab.web.catalog.reports import reports
from fablab.web.ground import access, inputs
from fablab.web.ground.headers import answer_if_changed
from fablab.web.home import price_lines

screen = Blueprint("machine", __name__)


@dataclass(frozen=True, slots=True)
class Now:
    """What goes on at a machine, as far as the one who looks may know."""

    standing: Standing
    live: LiveState | None
    use: UsageSession | None
    is_own: bool
    sees_file: bool
    is_staff: bool
    connection: Connection | None


@screen.get("/m/<code>")
@access.public
def page(code: str) -> str:
    """The whole page, with the week from `from` on."""
    now = clock.now()
    resource = catalog.resource_by_code(db.session(), code)
    today = now.astimezone(resource.site.zone).date()
    first = inputs.day(request.args.get("from"), today)
    viewer = access.actor() if current_user.is_authenticated else None
    return render_template(
        "machine/page.html",
        resource=resource,
        now_there=_now_there(resource, now),
        going_on=_going_on(viewer, resource, now),
        about=about(resource),
        reports=reports(resource),
        needed=training.needed_for(db.session(), [resource])[resource.id],
        quote=_quote(resource, now),
        sentences=sentences_for(db.session(), resource, clock.now()),
        prices=[line for line in price_lines(now) if line.category == resource.category.name],
        table=week_table(viewer, resource, first, now),
        start_now=walk_ins.offer(resource, now),
        first=first,
        before=max(today, first - timedelta(days=7)) if first > today else None,
        after=first + timedelta(days=7),
    )


@screen.get("/m/<code>/week")
@access.public
def week(code: str) -> Response:
    """Its seven days, as they change."""
    now = clock.now()
    resource = catalog.resource_by_code(db.session(), code)
    first = inputs.day(request.args.get("from"), now.astimezone(resource.site.zone).date())
    viewer = access.actor() if current_user.is_authenticated else None
    table = week_table(viewer, resource, first, now)
    return answer_if_changed(render_template("machine/_week.html", resource=resource, table=table))


@screen.get("/m/<code>/state")
@access.public
def state(code: str) -> Response:
    """Its changing part."""
    resource = catalog.resource_by_code(db.session(), code)
    now_there = _now_there(resource, clock.now())
    return answer_if_changed(render_template("machine/_state.html", resource=resource, now_there=now_there))


def _now_there(resource: Resource, now: datetime) -> Now:
    session = db.session()
    viewer = access.actor() if current_user.is_authenticated else None
    use = usage.open_sessions(session, [resource.id]).get(resource.id)
    is_own = viewer is not None and use is not None and use.member_id == viewer.member_id
    is_staff = viewer is not None and viewer.may_at_site(Role.FABMANAGER, resource.site_id)
    return Now(
        standing=floor.standings([resource], now)[0],
        live=usage.live_states(session, [resource.id]).get(resource.id),
        use=use,
        is_own=is_own,
        sees_file=is_own or is_staff,
        is_staff=is_staff,
        connection=connections.connection_of(session, resource.id) if is_staff else None,
    )


def _going_on(viewer: Actor | None, resource: Resource, now: datetime) -> list[GoingOn]:
    """What the one who looks has reserved of it for this very moment."""
    if viewer is None:
        return []
    session = db.session()
    found = afterwards.had_now(session, viewer.member_id, now, resource_id=resource.id)
    return [afterwards.going_on(session, viewer, row, now) for row in found]


def _quote(resource: Resource, now: datetime) -> Quote | None:
    if not current_user.is_authenticated:
        return None
    return quote(db.session(), resource, members.member(db.session(), current_user.id), now)
