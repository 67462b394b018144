"""What must leave the database: written once, claimed for a while, reported by the one who still has it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fablab.core import outbox
from fablab.core.db import transaction
from fablab.core.outbox import OutboxRow, Task
from tests.conftest import Lab
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LEASE = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def empty_outbox(lab: Lab) -> None:
    """The cast's own news is of no interest here."""
    with transaction() as session:
        session.query(OutboxRow).delete()


def put(*keys: str) -> None:
    with transaction() as session:
        for key in keys:
            outbox.put(session, "mail", key, {"to": "somebody"}, NOW)


def claim(now: datetime, **more: int) -> list[Task]:
    with transaction() as session:
        return outbox.claim(session, now, lease=LEASE, **more)


def row(lab: Lab, key: str) -> OutboxRow:
    lab.session.rollback()
    return lab.session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one()


def test_the_same_news_is_written_once(lab: Lab) -> None:
    with transaction() as session:
        assert outbox.put(session, "mail", "booked:1", {"to": "one"}, NOW)
        assert not outbox.put(session, "mail", "booked:1", {"to": "another"}, NOW)

    assert [(task.key, task.payload) for task in claim(NOW)] == [("booked:1", {"to": "one"})]


def test_news_of_a_transaction_that_failed_never_leaves(lab: Lab) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        outbox.put(session, "mail", "booked:1", {}, NOW)
        raise ZeroDivisionError

    assert claim(NOW) == []


def test_what_is_claimed_is_not_claimed_again_until_its_lease_runs_out(lab: Lab) -> None:
    put("a")

    assert [task.attempt for task in claim(NOW)] == [1]
    assert claim(NOW + LEASE - timedelta(seconds=1)) == []
    assert [task.attempt for task in claim(NOW + LEASE)] == [2]


def test_the_longest_due_come_first_and_no_more_than_were_asked_for(lab: Lab) -> None:
    put("a", "b", "c")

    assert [task.key for task in claim(NOW, limit=2)] == ["a", "b"]
    assert [task.key for task in claim(NOW, limit=2)] == ["c"]


def test_many_workers_never_claim_the_same_row(lab: Lab) -> None:
    put(*[f"row {number}" for number in range(40)])
    ready = threading.Barrier(4)

    def work() -> list[str]:
        ready.wait()
        return [task.key for _ in range(5) for task in claim(NOW, limit=3)]

    found = at_once(lab.app, [work] * 4)

    claimed = [key for keys in found if isinstance(keys, list) for key in keys]
    assert len(claimed) == len(set(claimed)) == 40


def test_what_is_done_is_never_due_again_and_its_payload_is_forgotten(lab: Lab) -> None:
    put("a")
    (task,) = claim(NOW)

    with transaction() as session:
        assert outbox.report_done(session, task, NOW)

    assert claim(NOW + timedelta(days=9)) == []
    assert (row(lab, "a").done_at, row(lab, "a").payload) == (NOW, {})


def test_the_report_of_an_attempt_whose_lease_ran_out_changes_nothing(lab: Lab) -> None:
    put("a")
    (old,) = claim(NOW)
    (young,) = claim(NOW + LEASE)

    with transaction() as session:
        assert not outbox.report_done(session, old, NOW + LEASE)
        assert not outbox.report_failure(session, old, "late", NOW + LEASE, final=True)

    assert (row(lab, "a").done_at, row(lab, "a").given_up_at, row(lab, "a").last_error) == (None, None, None)
    with transaction() as session:
        assert outbox.report_done(session, young, NOW + LEASE)
        assert not outbox.report_done(session, young, NOW + LEASE)
        assert not outbox.report_failure(session, young, "late", NOW + LEASE)


def test_each_failure_waits_twice_as_long_as_the_one_before_until_it_is_given_up(lab: Lab) -> None:
    put("a")
    now, waits = NOW, []

    for _ in range(outbox.MAX_ATTEMPTS):
        (task,) = claim(now)
        with transaction() as session:
            outbox.report_failure(session, task, "451 later", now)
        due = row(lab, "a").due_at
        waits.append(int((due - now).total_seconds()) if due else None)
        now = due or now

    assert waits == [30, 60, 120, 240, 480, 960, 1920, None]
    assert (row(lab, "a").given_up_at, row(lab, "a").last_error) == (now, "451 later")
    assert outbox.given_up(lab.session) == 1
    assert claim(now + timedelta(days=9)) == []


def test_a_final_failure_is_given_up_at_once(lab: Lab) -> None:
    put("a", "b")
    one, _ = claim(NOW)

    with transaction() as session:
        outbox.report_failure(session, one, "x" * 5000, NOW, final=True)

    assert [task.key for task in claim(NOW + LEASE)] == ["b"]
    assert row(lab, "a").given_up_at == NOW
    assert len(row(lab, "a").last_error or "") == 500


def test_a_worker_holds_what_it_is_about_to_do_and_leaves_alone_what_is_anothers_by_then(lab: Lab) -> None:
    put("a", "b")
    first, second = claim(NOW)
    with transaction() as session:
        assert outbox.hold(session, second, NOW + timedelta(seconds=100))
    # The lease of the first ran out while its worker was busy, and another has it.
    (again,) = claim(NOW + LEASE)

    assert again.key == first.key
    with transaction() as session:
        assert not outbox.hold(session, first, NOW + LEASE)
        assert outbox.hold(session, again, NOW + LEASE)


def test_what_was_given_up_can_be_done_anew_as_if_it_were_new(lab: Lab) -> None:
    put("a")
    (task,) = claim(NOW)
    with transaction() as session:
        assert not outbox.try_again(session, task.id, NOW)
        outbox.report_failure(session, task, "550 never", NOW, final=True)
        assert [found.key for found in outbox.given_up_rows(session)] == ["a"]
    with transaction() as session:
        assert outbox.try_again(session, task.id, NOW)
        assert not outbox.try_again(session, task.id, NOW)

    assert outbox.given_up(lab.session) == 0
    lab.session.rollback()
    assert [(found.key, found.attempt) for found in claim(NOW)] == [("a", 1)]
