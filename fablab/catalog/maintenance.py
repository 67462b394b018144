"""Maintenance: what must be done again and again, what was done, and what it cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fablab.catalog import queries
from fablab.catalog.due import Due, Interval, due
from fablab.catalog.models import MaintenanceAct, MaintenancePlan, Resource, ResourceState
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version

LONGEST_DAYS = 3660
LONGEST_HOURS = 100_000
MOST_CENTS = 100_000_000
MOST_MINUTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCard:
    """What staff write about a plan; at least one of the two intervals."""

    title: str
    instructions: str = ""
    every_days: int | None = None
    every_hours: int | None = None
    """Of measured use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done, when, how long it took and what it cost; by a plan, or out of turn."""

    at: datetime
    note: str
    plan_id: int | None = None
    minutes: int | None = None
    cost_cents: int = 0


@dataclass(frozen=True, slots=True)
class DuePlan:
    """A plan, and when it is due."""

    plan: MaintenancePlan
    due: Due


def plans(
    session: Session, now: datetime, *, site_ids: Iterable[int] | None = None, resource_id: int | None = None
) -> list[DuePlan]:
    """The plans that go on, the most pressing first, then by name; those of retired resources are left out."""
    query = (
        select(MaintenancePlan)
        .join(MaintenancePlan.resource)
        .options(joinedload(MaintenancePlan.resource).joinedload(Resource.site))
        .where(MaintenancePlan.ended_at.is_(None), Resource.state != ResourceState.RETIRED)
        .order_by(Resource.name, MaintenancePlan.title, MaintenancePlan.id)
    )
    if site_ids is not None:
        query = query.where(Resource.site_id.in_(set(site_ids)))
    if resource_id is not None:
        query = query.where(MaintenancePlan.resource_id == resource_id)
    found = [DuePlan(row, _due(row, now)) for row in session.scalars(query)]
    return sorted(found, key=lambda item: -item.due.standing)


def plan(session: Session, plan_id: int, *, lock: bool = False) -> MaintenancePlan:
    """The plan with this id; NotFound if there is none, or it was ended."""
    query = select(MaintenancePlan).where(MaintenancePlan.id == plan_id, MaintenancePlan.ended_at.is_(None))
    query = query.options(joinedload(MaintenancePlan.resource).joinedload(Resource.site))
    if lock:
        query = query.with_for_update(of=MaintenancePlan).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"maintenance plan {plan_id}")
    return found


def card_of(row: MaintenancePlan) -> PlanCard:
    """What is written about a plan now."""
    hours = None if row.every_seconds is None else row.every_seconds // 3600
    return PlanCard(title=row.title, instructions=row.instructions, every_days=row.every_days, every_hours=hours)


def due_plan(session: Session, plan_id: int, now: datetime) -> DuePlan:
    """The plan with this id, and when it is due; NotFound if there is none, or it was ended."""
    row = plan(session, plan_id)
    return DuePlan(row, _due(row, now))


def acts_of(session: Session, resource_id: int, *, limit: int = 100) -> list[MaintenanceAct]:
    """What was done to a resource, the latest first."""
    query = (
        select(MaintenanceAct)
        .options(joinedload(MaintenanceAct.by), joinedload(MaintenanceAct.plan))
        .where(MaintenanceAct.resource_id == resource_id)
        .order_by(MaintenanceAct.done_at.desc(), MaintenanceAct.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def costs_since(session: Session, resource_ids: Iterable[int], since: datetime) -> dict[int, int]:
    """What maintenance of each of these resources has cost since an instant, in cents; those without are left out."""
    query = (
        select(MaintenanceAct.resource_id, func.sum(MaintenanceAct.cost_cents))
        .where(MaintenanceAct.resource_id.in_(set(resource_ids)), MaintenanceAct.done_at >= since)
        .group_by(MaintenanceAct.resource_id)
    )
    return {resource_id: int(cents) for resource_id, cents in session.execute(query)}


def add_plan(session: Session, actor: Actor, resource_id: int, card: PlanCard, now: datetime) -> MaintenancePlan:
    """Plan work on a resource; it counts from now.

    Raises:
        Forbidden: not a fabmanager of its site.
        Refused: it has no name, or no interval.
    """
    resource = queries.lock_resources(session, [resource_id])[0]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    row = MaintenancePlan(resource_id=resource_id, counted_from=now, counted_from_use=resource.used_seconds)
    _write(row, card)
    session.add(row)
    session.flush()
    return row


def edit_plan(session: Session, actor: Actor, plan_id: int, card: PlanCard, version: int) -> MaintenancePlan:
    """Change a plan, as read at `version`.

    Raises:
        NotFound: there is none, or it was ended.
        Forbidden: not a fabmanager of the resource's site.
        Refused: it has no name, or no interval.
        Conflict: somebody else changed it since.
    """
    row = _own_plan(session, actor, plan_id)
    check_version(row.version, version)
    _write(row, card)
    row.version += 1
    session.flush()
    return row


def end_plan(session: Session, actor: Actor, plan_id: int, now: datetime) -> MaintenancePlan:
    """Plan it no more; what was done stays.

    Raises:
        NotFound: there is none, or it was ended.
        Forbidden: not a fabmanager of the resource's site.
    """
    row = _own_plan(session, actor, plan_id)
    row.ended_at = now
    row.version += 1
    session.flush()
    return row


def note_done(
    session: Session, actor: Actor, resource_id: int, done: Done, used_since: int, now: datetime
) -> MaintenanceAct:
    """Write down what was done; its plan counts anew from then, and from the measured use of then (`used_since` is
    what was measured between then and now, which the feature above knows).

    Raises:
        NotFound: there is no such resource, or the plan is not one of its.
        Forbidden: not a fabmanager of its site.
        Refused: it lies ahead, or what was written does not hold together.
    """
    resource = queries.lock_resources(session, [resource_id])[0]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    _check_done(done, now)
    used = max(0, resource.used_seconds - used_since)
    if done.plan_id is not None:
        row = plan(session, done.plan_id, lock=True)
        if row.resource_id != resource_id:
            raise NotFound(f"maintenance plan {done.plan_id} of resource {resource_id}")
        if done.at >= row.counted_from:
            row.counted_from, row.counted_from_use = done.at, used
            row.version += 1
    act = MaintenanceAct(
        resource_id=resource_id,
        plan_id=done.plan_id,
        done_at=done.at,
        by_id=actor.member_id,
        note=lines_of(done.note),
        minutes=done.minutes,
        cost_cents=done.cost_cents,
        used_seconds=used,
    )
    session.add(act)
    session.flush()
    return act


def _own_plan(session: Session, actor: Actor, plan_id: int) -> MaintenancePlan:
    row = plan(session, plan_id, lock=True)
    actor.needs_at_site(Role.FABMANAGER, row.resource.site_id)
    return row


def _check_done(done: Done, now: datetime) -> None:
    reasons = []
    if done.at > now:
        reasons.append(Refusal("ahead", _("This lies ahead. Write down what was done once it is.")))
    if done.plan_id is None and not lines_of(done.note):
        reasons.append(Refusal("note_missing", _("Say what was done.")))
    if done.minutes is not None and not 0 <= done.minutes <= MOST_MINUTES:
        reasons.append(Refusal("minutes", _("This is no duration in minutes.")))
    if not 0 <= done.cost_cents <= MOST_CENTS:
        reasons.append(Refusal("cost", _("This cost is not possible.")))
    if reasons:
        raise Refused(reasons)


def _write(row: MaintenancePlan, card: PlanCard) -> None:
    reasons = []
    if not line_of(card.title):
        reasons.append(Refusal("title_missing", _("Say what is to be done.")))
    if card.every_days is None and card.every_hours is None:
        text = _("Say after how many days it is due, or after how many hours of use, or both.")
        reasons.append(Refusal("interval_missing", text))
    if card.every_days is not None and not 1 <= card.every_days <= LONGEST_DAYS:
        reasons.append(Refusal("days", _("It comes back after one day at least, and ten years at most.")))
    if card.every_hours is not None and not 1 <= card.every_hours <= LONGEST_HOURS:
        reasons.append(Refusal("hours", _("It comes back after one hour of use at least.")))
    if reasons:
        raise Refused(reasons)
    row.title = line_of(card.title)
    row.instructions = lines_of(card.instructions)
    row.every_days = card.every_days
    row.every_seconds = None if card.every_hours is None else card.every_hours * 3600


def _due(row: MaintenancePlan, now: datetime) -> Due:
    interval = Interval(
        every_days=row.every_days,
        every_seconds=row.every_seconds,
        counted_from=row.counted_from,
        counted_from_use=row.counted_from_use,
    )
    return due(interval, row.resource.used_seconds, row.resource.site.zone, now)
