"""What machines report becomes sessions of use: whose, how long, and whether a person must look."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from fablab.billing.models import Charge
from fablab.booking import services as booking
from fablab.booking.models import Nature, Reservation
from fablab.booking.services import Wish
from fablab.catalog.models import Resource
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.members import services as people
from fablab.usage import connections, queries
from fablab.usage.models import Condition, Job, Review, UsageSession
from machines.errors import NotAllowed, Unintelligible, Unreachable
from machines.events import Outcome
from machines.status import Activity, MachineStatus
from tests.conftest import Lab, hours_from
from tests.prints import Printer, ended, progressed, started

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def printer(lab: Lab) -> Printer:
    return Printer(lab, lab.cast.printer)


def book(lab: Lab, who: int, start: datetime, hours: float = 1, *, now: datetime = NOW, **more: object) -> int:
    with transaction() as session:
        wish = Wish(resource_id=lab.cast.printer, period=hours_from(start, hours), member_id=who, **more)
        return booking.book(session, lab.actor(lab.cast.admin if more else who), wish, now).id


def used_seconds(lab: Lab) -> int:
    lab.session.rollback()
    return lab.session.get_one(Resource, lab.cast.printer).used_seconds


@pytest.mark.parametrize("minutes", [0, 1, 59, -1, -15])
def test_a_print_belongs_to_the_reservation_that_runs_or_begins_within_a_quarter_of_an_hour(
    lab: Lab, printer: Printer, minutes: int
) -> None:
    made = book(lab, lab.cast.maker, TEN)

    usage = printer.prints(TEN + minutes * MINUTE, 600)

    own = members.personal_account(lab.session, lab.cast.maker).id
    assert (usage.reservation_id, usage.member_id, usage.account_id) == (made, lab.cast.maker, own)
    assert (usage.review, usage.nature, usage.seconds) == (None, Nature.MEMBER, 600)
    assert lab.session.get_one(Reservation, made).started_at == TEN + minutes * MINUTE


@pytest.mark.parametrize("minutes", [-16, 60, 61])
def test_a_print_outside_of_any_reservation_waits_for_somebody_to_say_whose_it_is(
    lab: Lab, printer: Printer, minutes: int
) -> None:
    book(lab, lab.cast.maker, TEN)

    usage = printer.prints(TEN + minutes * MINUTE, 600)

    assert (usage.reservation_id, usage.member_id, usage.account_id) == (None, None, None)
    assert usage.review == Review.NOBODY
    assert [row.id for row in queries.waiting(lab.session, [lab.cast.workshop])] == [usage.id]
    assert queries.waiting(lab.session, [lab.cast.office]) == []
    assert lab.session.query(Charge).count() == 0


def test_the_reservation_that_runs_goes_before_the_one_that_begins_soon(lab: Lab, printer: Printer) -> None:
    first = book(lab, lab.cast.maker, TEN)
    book(lab, lab.cast.student, TEN + timedelta(hours=1))

    assert printer.prints(TEN + 50 * MINUTE, 1800).reservation_id == first


def test_a_print_belongs_to_whom_it_began_with_however_long_it_takes(lab: Lab, printer: Printer) -> None:
    first = book(lab, lab.cast.maker, TEN)
    book(lab, lab.cast.student, TEN + timedelta(hours=1))
    printer.says(TEN, started(TEN))
    printer.says(TEN + 90 * MINUTE, progressed(TEN + 90 * MINUTE, 5400))
    printer.says(TEN + 100 * MINUTE, ended(TEN, 6000))

    assert printer.session_of().reservation_id == first


def test_a_cancelled_reservation_has_no_prints(lab: Lab, printer: Printer) -> None:
    made = book(lab, lab.cast.maker, TEN)
    with transaction() as session:
        booking.cancel(session, lab.actor(lab.cast.maker), made, NOW)

    assert printer.prints(TEN, 600).review == Review.NOBODY


def test_a_reservation_made_after_the_print_began_has_it(lab: Lab, printer: Printer) -> None:
    printer.says(TEN, started(TEN))
    assert printer.session_of().member_id is None
    made = book(lab, lab.cast.maker, TEN + 5 * MINUTE, now=TEN + 5 * MINUTE)

    printer.says(TEN + 6 * MINUTE, progressed(TEN + 6 * MINUTE, 360))

    assert printer.session_of().reservation_id == made
    printer.says(TEN + 20 * MINUTE, ended(TEN, 1200))
    assert (printer.session_of().review, printer.session_of().member_id) == (None, lab.cast.maker)


def test_a_reservation_made_long_after_the_print_began_has_it_not(lab: Lab, printer: Printer) -> None:
    printer.says(TEN, started(TEN))
    book(lab, lab.cast.maker, TEN + 16 * MINUTE, now=TEN + 16 * MINUTE)

    printer.says(TEN + 20 * MINUTE, ended(TEN, 1200))

    assert printer.session_of().review == Review.NOBODY


def test_a_use_takes_payer_project_and_nature_from_its_reservation(lab: Lab, printer: Printer) -> None:
    with transaction() as session:
        account = people.add_organisation(session, "Coopérative", members.member(session, lab.cast.maker), NOW)
        project = people.add_project(session, account, "Bus", NOW)
        account_id, project_id = account.id, project.id
    book(lab, lab.cast.maker, TEN, account_id=account_id, project_id=project_id, nature=Nature.DEMONSTRATION)

    usage = printer.prints(TEN, 600)

    assert (usage.account_id, usage.project_id) == (account_id, project_id)
    assert usage.nature == Nature.DEMONSTRATION
    assert lab.session.query(Charge).count() == 0


def test_what_is_heard_twice_changes_nothing(lab: Lab, printer: Printer) -> None:
    book(lab, lab.cast.maker, TEN)
    events = (started(TEN), progressed(TEN + 5 * MINUTE, 300), ended(TEN, 600))

    for _ in range(3):
        assert printer.says(TEN + 10 * MINUTE, *events)
    for event in events:
        assert printer.says(TEN + 11 * MINUTE, event)

    assert lab.session.query(UsageSession).count() == lab.session.query(Job).count() == 1
    assert lab.session.query(Charge).count() == 1
    assert used_seconds(lab) == 600


def test_a_reading_made_from_an_older_state_is_dropped(lab: Lab, printer: Printer) -> None:
    version = printer.live.version
    assert printer.says(TEN, started(TEN), version=version)

    assert not printer.says(TEN, started(TEN, "another"), version=version)

    assert [job.key for job in lab.session.query(Job)] == ["run"]


def test_a_reading_of_a_connection_that_is_gone_is_dropped(lab: Lab, printer: Printer) -> None:
    version = printer.live.version
    with transaction() as session:
        connections.disconnect(session, lab.actor(lab.cast.fabmanager), lab.cast.printer)

    assert not printer.says(TEN, started(TEN), version=version)

    assert lab.session.query(Job).count() == 0


def test_a_reading_under_way_while_staff_change_the_address_is_dropped(lab: Lab, printer: Printer) -> None:
    version = printer.live.version
    printer.connect("http://192.168.1.21")

    assert not printer.says(TEN, started(TEN), version=version)


def test_each_figure_replaces_the_one_before_and_is_never_added(lab: Lab, printer: Printer) -> None:
    printer.says(TEN, started(TEN))

    for seconds in (60, 120, 90, 120):
        printer.says(TEN + 2 * MINUTE, progressed(TEN + 2 * MINUTE, seconds))
        assert (printer.session_of().seconds, printer.session_of().jobs[0].printed_seconds) == (seconds, seconds)

    printer.says(TEN + 5 * MINUTE, ended(TEN, 240))
    assert (printer.session_of().seconds, used_seconds(lab)) == (240, 240)


def test_the_seconds_are_what_the_machine_said_last_however_often_it_was_heard(lab: Lab, printer: Printer) -> None:
    @settings(max_examples=20)
    @given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), min_size=1, max_size=5))
    def try_out(figures: list[tuple[int, bool]]) -> None:
        before, number = used_seconds(lab), lab.session.query(Job).count()
        key, start = f"run {number}", TEN + timedelta(days=number)

        printer.says(start, started(start, key))
        for seconds, twice in figures:
            for _ in range(1 + twice):
                printer.says(start, progressed(start, seconds, key))
        last = figures[-1][0]
        printer.says(start, ended(start, last, key=key))

        assert printer.session_of(key).seconds == last
        assert used_seconds(lab) == before + last

    try_out()


@pytest.mark.parametrize(
    ("outcome", "review"),
    [
        (Outcome.DONE, None),
        (Outcome.CANCELLED, None),
        (Outcome.FAILED, Review.FAILED),
        (Outcome.UNKNOWN, Review.UNKNOWN),
    ],
)
def test_done_and_cancelled_are_charged_and_the_rest_waits_for_a_person(
    lab: Lab, printer: Printer, outcome: Outcome, review: Review | None
) -> None:
    book(lab, lab.cast.maker, TEN)

    usage = printer.prints(TEN, 600, outcome)

    assert (usage.review, usage.outcome) == (review, outcome.value)
    assert [charge.quantity_seconds for charge in lab.session.query(Charge)] == ([600] if review is None else [])
    assert used_seconds(lab) == 600


def test_a_machine_has_one_open_use_at_most_and_the_database_says_so(lab: Lab, printer: Printer) -> None:
    printer.says(TEN, started(TEN))

    with pytest.raises(IntegrityError), transaction() as session:
        session.add(UsageSession(resource_id=lab.cast.printer, started_at=TEN))
    with transaction() as session:
        session.add(UsageSession(resource_id=lab.cast.other_printer, started_at=TEN))


def test_a_print_that_nobody_saw_end_is_ended_by_the_next_and_waits_for_a_person(lab: Lab, printer: Printer) -> None:
    book(lab, lab.cast.maker, TEN)
    printer.says(TEN, started(TEN, "lost"))
    printer.says(TEN + 10 * MINUTE, progressed(TEN + 10 * MINUTE, 600, "lost"))

    printer.says(TEN + 30 * MINUTE, started(TEN + 20 * MINUTE, "next"))

    lost = printer.session_of("lost")
    assert (lost.ended_at, lost.seconds, lost.review) == (TEN + 20 * MINUTE, 600, Review.UNKNOWN)
    assert (lost.jobs[0].outcome, lost.jobs[0].certain) == (Outcome.UNKNOWN, False)
    assert printer.session_of("next").ended_at is None
    assert used_seconds(lab) == 600
    printer.says(TEN + 40 * MINUTE, ended(TEN, 2400, key="lost"))
    assert printer.session_of("lost").seconds == 600


def test_a_machine_whose_connection_is_taken_away_in_mid_print_leaves_a_use_to_decide_about(
    lab: Lab, printer: Printer
) -> None:
    book(lab, lab.cast.maker, TEN)
    printer.says(TEN, started(TEN))
    printer.says(TEN + 10 * MINUTE, progressed(TEN + 10 * MINUTE, 600))

    with transaction() as session:
        connections.disconnect(session, lab.actor(lab.cast.fabmanager), lab.cast.printer)

    usage = printer.session_of()
    assert (usage.ended_at, usage.seconds, usage.review) == (TEN + 10 * MINUTE, 600, Review.UNKNOWN)
    assert used_seconds(lab) == 600


def test_a_machine_that_moves_to_another_address_in_mid_print_goes_on_with_it(lab: Lab, printer: Printer) -> None:
    book(lab, lab.cast.maker, TEN)
    printer.says(TEN, started(TEN))
    printer.connect("http://192.168.1.21")

    printer.says(TEN + 20 * MINUTE, ended(TEN, 1200))

    assert lab.session.query(UsageSession).count() == 1
    assert (printer.session_of().seconds, printer.session_of().review) == (1200, None)


@pytest.mark.parametrize(
    ("error", "condition"),
    [
        (Unreachable("refused"), Condition.UNREACHABLE),
        (NotAllowed("403"), Condition.NOT_ALLOWED),
        (Unintelligible("<html>" * 500), Condition.UNINTELLIGIBLE),
    ],
)
def test_each_way_of_not_being_read_is_a_state_of_its_own_and_ends_no_print(
    lab: Lab, printer: Printer, error: Exception, condition: Condition
) -> None:
    printer.says(TEN, started(TEN))

    printer.says(TEN + MINUTE, status=None, error=error)

    live = printer.live
    assert (live.condition, live.asked_at, live.answered_at) == (condition, TEN + MINUTE, TEN)
    assert len(live.text) <= 200
    assert printer.session_of().ended_at is None
    assert connections.sentence_of(condition) != connections.sentence_of(Condition.IDLE)


def test_what_a_machine_does_now_is_shown_while_it_runs_and_forgotten_after(lab: Lab, printer: Printer) -> None:
    working = MachineStatus(
        activity=Activity.WORKING, text="Printing", file_name="part.gcode", progress=0.4, printed_seconds=240
    )

    printer.says(TEN, started(TEN), status=working)
    running = queries.live_states(lab.session, [lab.cast.printer])[lab.cast.printer]
    assert (running.condition, running.file_name, running.progress) == (Condition.WORKING, "part.gcode", 0.4)

    printer.says(TEN + 10 * MINUTE, ended(TEN, 600))
    assert (printer.live.condition, printer.live.file_name, printer.live.progress) == (Condition.IDLE, None, None)


def test_an_idle_machine_is_written_down_now_and_then_only(lab: Lab, printer: Printer) -> None:
    printer.says(TEN)
    version = printer.live.version

    printer.says(TEN + timedelta(seconds=5))
    assert (printer.live.version, printer.live.asked_at) == (version, TEN)
    printer.says(TEN + timedelta(seconds=15))
    assert printer.live.asked_at == TEN + timedelta(seconds=15)
