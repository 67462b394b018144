"""The fabmanager's desk: uses that wait for a decision, new problems, machines that are late, due or silent."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from fablab.booking import queries as booking
from fablab.booking import reviewing
from fablab.booking.models import Nature
from fablab.catalog import maintenance, outages, problem_queries
from fablab.catalog import queries as catalog
from fablab.catalog.models import ProblemState, Resource
from fablab.catalog.problem_queries import Wanted
from fablab.core import clock, outbox
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.members.models import Member, Role
from fablab.sites import queries as sites
from fablab.usage import connections, services
from fablab.usage import queries as usage
from fablab.usage.models import Condition, LiveState, UsageSession
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.errors import status_of

screen = Blueprint("desk", __name__)
NEAR = timedelta(hours=3)
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A use that waits, and whose it could be."""

    use: UsageSession
    suggested: list[Member]


@dataclass(frozen=True, slots=True)
class Silent:
    """A machine that cannot be read, or says that something is wrong."""

    resource: Resource
    live: LiveState
    sentence: str


@screen.get("/desk")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The desk."""
    return _show()


@screen.post("/desk/uses/<row:session_id>/give")
@access.needs(Role.FABMANAGER)
def give(session_id: int) -> Response | tuple[str, int]:
    """Say whose use it was."""
    try:
        member_id = inputs.row_id(request.form.get("member_id"))
        if member_id is None:
            member_id = pickers.member_named(request.form.get("member", "")[:200]).id
        with transaction() as session:
            services.needs_no_other(session, access.actor(), session_id)
            used = services.give(session, access.actor(), session_id, member_id, clock.now())
            name = used.member.name if used.member else ""
    except Refused as refused:
        return _show(session_id, refused), status_of(refused)
    flash(_("Given to %(name)s.", name=name), "ok")
    return redirect(url_for("desk.page"))


@screen.post("/desk/uses/<row:session_id>/waive")
@access.needs(Role.FABMANAGER)
def waive(session_id: int) -> Response | tuple[str, int]:
    """Say that it is not billed, and why."""
    nature = request.form.get("nature", Nature.MAINTENANCE)
    if nature not in list(Nature):
        raise BadRequest(_("This nature of use is not known."))
    note = request.form.get("note", "")[:LONGEST_NOTE]
    try:
        with transaction() as session:
            services.needs_no_other(session, access.actor(), session_id)
            services.waive(session, access.actor(), session_id, Nature(nature), clock.now(), note=note)
    except Refused as refused:
        return _show(session_id, refused), status_of(refused)
    flash(_("Settled: this use is not billed."), "ok")
    return redirect(url_for("desk.page"))


def _show(refused_id: int | None = None, refused: Refused | None = None) -> str:
    session, actor, now = db.session(), access.actor(), clock.now()
    own = actor.sites_of(Role.FABMANAGER, [row.id for row in sites.sites(session)])
    resources = [row for row in catalog.resources(session) if row.site_id in own]
    waiting = [Waiting(use, _suggested(use)) for use in usage.waiting(session, own)]
    return render_template(
        "desk/page.html",
        waiting=waiting,
        requests=len(reviewing.requests(session, actor, now)),
        silent=_silent(resources),
        problems=problem_queries.problems(session, actor, own, Wanted(site_ids=tuple(own), states=(ProblemState.NEW,))),
        late=outages.late(session, own, now),
        due=[item for item in maintenance.plans(session, now, site_ids=own) if item.due.standing.is_due],
        given_up=outbox.given_up(session) if actor.may_everywhere(Role.ADMIN) else 0,
        people=pickers.suggestions(),
        natures=[nature for nature in Nature if nature != Nature.MEMBER],
        refused_id=refused_id if refused_id in {item.use.id for item in waiting} else None,
        reasons=refused.messages if refused else [],
    )


def _suggested(use: UsageSession) -> list[Member]:
    """Those who had reserved the machine about that time, and the one who is thought to have used it."""
    ended = max(use.ended_at or use.started_at, use.started_at + timedelta(minutes=1))
    around = Period(use.started_at - NEAR, ended + NEAR)
    found = booking.reservations(db.session(), around, resource_id=use.resource_id, limit=20)
    found.sort(key=lambda row: abs(row.starts_at - use.started_at))
    people = {use.member.id: use.member} if use.member else {}
    people.update({row.member_id: row.member for row in found})
    return list(people.values())[:4]


def _silent(resources: list[Resource]) -> list[Silent]:
    lives = usage.live_states(db.session(), [row.id for row in resources])
    found = []
    for resource in resources:
        live = lives.get(resource.id)
        if live is None:
            continue
        condition = Condition(live.condition)
        if condition.is_silent or condition == Condition.FAULT:
            found.append(Silent(resource, live, connections.sentence_of(condition)))
    return found
