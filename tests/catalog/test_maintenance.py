"""Maintenance: plans count from what was done and from measured use; staff are told once of each time it is due."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.catalog import maintenance
from fablab.catalog.due import Standing
from fablab.catalog.maintenance import Done, DuePlan, PlanCard
from fablab.catalog.services import add_use
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.refusals import Conflict, Refused
from fablab.notices.upkeep import tell_due
from fablab.usage import upkeep
from fablab.usage.models import UsageSession
from tests.conftest import Lab

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = 3600
GREASE = PlanCard(title="Grease the axes", every_days=30, every_hours=50)


def plan_it(lab: Lab, card: PlanCard = GREASE, *, by: str = "fabmanager") -> int:
    with transaction() as session:
        actor = lab.actor(getattr(lab.cast, by))
        return maintenance.add_plan(session, actor, lab.cast.printer, card, NOW).id


def note(lab: Lab, done: Done, now: datetime, *, resource_id: int | None = None) -> None:
    with transaction() as session:
        actor = lab.actor(lab.cast.fabmanager)
        upkeep.note_done(session, actor, resource_id or lab.cast.printer, done, now)


def measure(lab: Lab, start: datetime, hours: int) -> None:
    """A session of use that is over."""
    with transaction() as session:
        seconds = hours * HOUR
        ends = start + timedelta(hours=hours)
        session.add(UsageSession(resource_id=lab.cast.printer, started_at=start, ended_at=ends, seconds=seconds))
        add_use(session, lab.cast.printer, seconds)


def standing(lab: Lab, now: datetime) -> DuePlan:
    lab.session.rollback()
    return maintenance.plans(lab.session, now, resource_id=lab.cast.printer)[0]


def test_what_was_done_counts_anew_from_then_and_from_the_use_of_then(lab: Lab) -> None:
    plan_id = plan_it(lab)
    measure(lab, NOW + timedelta(days=1), 60)
    assert standing(lab, NOW + timedelta(days=4)).due.standing == Standing.OVERDUE

    done_at = NOW + timedelta(days=5)
    measure(lab, done_at + timedelta(hours=1), 10)
    later = NOW + timedelta(days=7)
    note(lab, Done(at=done_at, note="New grease", plan_id=plan_id, minutes=20, cost_cents=1250), later)

    found = standing(lab, later)
    assert (found.due.standing, found.due.seconds_left) == (Standing.OK, 40 * HOUR)
    assert found.due.on == (done_at + timedelta(days=30)).date()
    act = maintenance.acts_of(lab.session, lab.cast.printer)[0]
    assert (act.by_id, act.note, act.minutes, act.used_seconds) == (lab.cast.fabmanager, "New grease", 20, 60 * HOUR)
    assert maintenance.costs_since(lab.session, [lab.cast.printer], NOW) == {lab.cast.printer: 1250}

    note(lab, Done(at=NOW, note="Found in the old log", plan_id=plan_id), later)
    note(lab, Done(at=later, note="Out of turn", cost_cents=50), later)
    assert standing(lab, later).due == found.due
    assert maintenance.costs_since(lab.session, [lab.cast.printer], NOW) == {lab.cast.printer: 1300}


def test_staff_are_told_once_each_time_it_is_due(lab: Lab) -> None:
    plan_id = plan_it(lab)

    def told(now: datetime) -> int:
        with transaction() as session:
            tell_due(session, now)
        lab.session.rollback()
        return lab.session.query(OutboxRow).filter(OutboxRow.key.startswith("maintenance:")).count()

    assert told(NOW + timedelta(days=29)) == 0
    assert [told(NOW + timedelta(days=day)) for day in (30, 31, 60)] == [1, 1, 1]
    mail = lab.session.query(OutboxRow).filter(OutboxRow.key.startswith("maintenance:")).one().payload
    assert mail["to"] == "fabmanager@test.example"
    assert "Grease the axes" in mail["subject"]

    note(lab, Done(at=NOW + timedelta(days=61), note="", plan_id=plan_id), NOW + timedelta(days=61))
    assert [told(NOW + timedelta(days=day)) for day in (62, 92)] == [1, 2]


def test_what_does_not_hold_together_is_refused(lab: Lab) -> None:
    plan_id = plan_it(lab)

    for card in (PlanCard(title=" ", every_days=1), PlanCard(title="x"), PlanCard(title="x", every_days=0)):
        with pytest.raises(Refused):
            plan_it(lab, card)
    for done in (
        Done(at=NOW + timedelta(hours=1), note="x"),
        Done(at=NOW, note=" "),
        Done(at=NOW, note="x", cost_cents=-1),
        Done(at=NOW, note="x", minutes=-1),
    ):
        with pytest.raises(Refused):
            note(lab, done, NOW)
    with pytest.raises(NotFound):
        note(lab, Done(at=NOW, note="x", plan_id=plan_id), NOW, resource_id=lab.cast.laser)
    for by in ("maker", "trainer"):
        with pytest.raises(Forbidden):
            plan_it(lab, by=by)
    with transaction() as session:
        admin = lab.actor(lab.cast.admin)
        maintenance.edit_plan(session, admin, plan_id, PlanCard(title="Theirs", every_days=5), 1)
    with pytest.raises(Conflict), transaction() as session:
        maintenance.edit_plan(session, lab.actor(lab.cast.fabmanager), plan_id, GREASE, 1)
    with transaction() as session:
        maintenance.end_plan(session, lab.actor(lab.cast.fabmanager), plan_id, NOW)
    assert maintenance.plans(lab.session, NOW) == []
