"""How readings become jobs, story by story."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from machines.events import Event, JobEnded, JobProgressed, JobStarted, Outcome
from machines.status import Activity, MachineStatus, RunCounters
from machines.tracker import TrackerState, missed, observe, wants_counters

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
IDLE = MachineStatus(activity=Activity.IDLE, text="Operational")
OFF = MachineStatus(activity=Activity.OFF, text="Offline")
FRESH = RunCounters()


def test_a_machine_that_is_idle_or_off_has_no_job() -> None:
    watch = Watch()

    watch.see(0, IDLE).see(5, OFF).see(10, IDLE)

    assert watch.events == []
    assert watch.wanted == []


def test_a_job_begins_its_working_time_before_it_is_seen() -> None:
    watch = Watch().see(0, IDLE).see(100, working(40), FRESH)

    assert watch.events[0] == JobStarted(
        job_key=watch.key, path="a.gcode", file_name="A", started_at=NOON + timedelta(seconds=60), user="nadia"
    )
    assert watch.events[1] == JobProgressed(
        job_key=watch.key,
        seen_at=NOON + timedelta(seconds=100),
        printed_seconds=40,
        progress=0.4,
        remaining_seconds=60,
        activity=Activity.WORKING,
    )


def test_a_job_does_not_begin_before_the_machine_was_last_seen_free() -> None:
    watch = Watch().see(0, IDLE).see(5, working(7), FRESH)

    assert NOON < watch.started.started_at < NOON + timedelta(seconds=1)


def test_a_job_that_is_met_half_way_began_in_the_past() -> None:
    watch = Watch().see(0, working(3000), FRESH)

    assert watch.started.started_at == NOON - timedelta(seconds=3000)


def test_a_finished_job_has_the_minutes_that_the_machine_recorded() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH).see(65, working(63))

    watch.see(70, done(66), RunCounters(success=1, last_seconds=66.6, last_ended_at=stamp(68.8), last_success=True))

    assert watch.ended == JobEnded(
        job_key=watch.key,
        ended_at=NOON + timedelta(seconds=69),
        earliest_end=NOON + timedelta(seconds=65),
        latest_end=NOON + timedelta(seconds=70),
        printed_seconds=67,
        outcome=Outcome.DONE,
        certain=True,
    )


def test_the_record_of_a_file_is_read_only_when_a_job_opens_or_closes() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH)

    for second in range(10, 600, 5):
        watch.see(second, working(second - 2))
    watch.see(600, done(597), RunCounters(success=1, last_seconds=597.0, last_success=True)).see(605, done(597))

    assert [at for at, _ in watch.wanted] == [5, 600]


def test_progress_is_told_only_when_it_changes() -> None:
    watch = Watch().see(0, working(10), FRESH)
    count = len(watch.events)

    watch.see(5, paused(12)).see(10, paused(12)).see(15, paused(12))

    assert len(watch.events) == count + 1


def test_a_failed_poll_leaves_the_job_open() -> None:
    watch = Watch().see(0, working(10), FRESH)

    state = missed(missed(watch.state, NOON + timedelta(seconds=5)), NOON + timedelta(seconds=10))

    assert state.job == watch.state.job
    assert state.silent_since == NOON + timedelta(seconds=5)
    watch.state = state
    watch.see(3600, working(3610))
    assert watch.state.silent_since is None
    assert [type(event) for event in watch.events] == [JobStarted, JobProgressed, JobProgressed]


def test_the_end_is_found_after_hours_of_silence() -> None:
    watch = Watch().see(0, IDLE).see(10, working(10), FRESH)

    watch.see(20_000, done(15_000), RunCounters(success=1, last_seconds=15_000.2, last_success=True))

    assert (watch.ended.outcome, watch.ended.printed_seconds) == (Outcome.DONE, 15_000)
    # The silence was longer than the print: the machine may have forgotten one print and made another.
    assert not watch.ended.certain


def test_a_reprint_of_the_same_file_is_another_job() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH).see(60, working(58))
    after_one = RunCounters(success=1, last_seconds=60.4, last_success=True)

    watch.see(65, replace(working(2), last_run_seconds=60.4), after_one)

    assert (watch.ended.outcome, watch.ended.printed_seconds, watch.ended.certain) == (Outcome.DONE, 60, True)
    starts = [event for event in watch.events if isinstance(event, JobStarted)]
    assert [event.path for event in starts] == ["a.gcode", "a.gcode"]
    assert starts[0].job_key != starts[1].job_key
    assert starts[1].started_at == NOON + timedelta(seconds=63)


def test_a_reprint_is_seen_in_its_very_first_second_though_nothing_else_tells() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3)).see(60, working(58))

    watch.see(70, working(0)).see(75, working(5)).see(80, working(10))

    assert (watch.ended.outcome, watch.ended.printed_seconds) == (Outcome.UNKNOWN, 58)
    assert sum(isinstance(event, JobStarted) for event in watch.events) == 2


def test_a_cancelled_job_is_billed_to_its_end() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH).see(60, working(58))

    watch.see(65, cancelling()).see(70, selected(), RunCounters(failure=1, last_success=False))

    assert (watch.ended.outcome, watch.ended.printed_seconds, watch.ended.certain) == (Outcome.CANCELLED, 60, True)


def test_a_job_cancelled_in_a_pause_is_billed_without_the_pause() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH)
    for second in range(60, 620, 20):
        watch.see(second, paused(58), FRESH)

    watch.see(605, selected(), RunCounters(failure=1, last_success=False))

    assert (watch.ended.outcome, watch.ended.printed_seconds, watch.ended.certain) == (Outcome.CANCELLED, 58, True)


def test_a_job_ended_by_an_error_has_failed() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH).see(60, working(58))
    fault = MachineStatus(activity=Activity.FAULT, text="Offline after error", error="Thermal Runaway")

    watch.see(65, fault, RunCounters(failure=1, last_success=False))

    assert (watch.ended.outcome, watch.ended.certain) == (Outcome.FAILED, True)


def test_a_job_of_which_nothing_is_recorded_is_left_to_a_person() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH).see(60, working(58))

    watch.see(90, IDLE, FRESH).see(95, IDLE, FRESH)
    assert watch.state.job is not None
    watch.see(100, IDLE, FRESH)

    assert (watch.ended.outcome, watch.ended.printed_seconds, watch.ended.certain) == (Outcome.UNKNOWN, 58, False)
    assert watch.ended.ended_at == NOON + timedelta(seconds=60)


def test_a_record_that_cannot_be_read_is_waited_for_and_then_done_without() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3), FRESH).see(60, working(58))

    watch.see(65, selected()).see(70, selected()).see(75, selected())

    assert (watch.ended.outcome, watch.ended.certain) == (Outcome.CANCELLED, False)


def test_a_finished_job_needs_no_record() -> None:
    watch = Watch().see(0, IDLE).see(5, working(3)).see(60, working(58))

    watch.see(65, done(61, last=61.7))

    assert (watch.ended.outcome, watch.ended.printed_seconds, watch.ended.certain) == (Outcome.DONE, 62, True)


def test_a_job_that_was_never_seen_is_found_by_its_traces() -> None:
    before = done(30, last=30.2)
    watch = (
        Watch().see(0, before).see(5, done(4, last=4.1), RunCounters(success=2, last_seconds=4.1, last_success=True))
    )

    assert [type(event) for event in watch.events] == [JobStarted, JobEnded]
    assert (watch.ended.outcome, watch.ended.printed_seconds, watch.ended.certain) == (Outcome.DONE, 4, True)


def test_an_old_print_on_display_is_no_job() -> None:
    watch = Watch().see(0, done(30, last=30.2)).see(5, done(30, last=30.2))

    assert watch.events == []


def test_choosing_an_old_file_is_no_job() -> None:
    watch = Watch().see(0, IDLE).see(5, replace(selected(), last_run_seconds=30.2)).see(10, done(3, last=8000.0))

    assert watch.events == []


def test_a_state_that_flaps_does_not_end_the_job() -> None:
    watch = Watch().see(0, working(100), FRESH)

    watch.see(5, IDLE, FRESH).see(10, working(110), FRESH).see(15, OFF, FRESH).see(20, working(120), FRESH)

    assert not any(isinstance(event, JobEnded) for event in watch.events)
    assert sum(isinstance(event, JobStarted) for event in watch.events) == 1


def test_a_working_time_that_runs_back_a_little_is_the_same_job() -> None:
    watch = Watch().see(0, working(100), FRESH).see(5, working(98))

    assert watch.state.job is not None
    assert watch.state.job.printed_seconds == 100


def test_our_clock_may_jump_back() -> None:
    watch = Watch().see(3600, working(100), FRESH).see(0, working(105), FRESH).see(5, working(110), FRESH)
    watch.see(10, done(113, last=113.3), RunCounters(success=1, last_seconds=113.3, last_success=True))

    assert sum(isinstance(event, JobStarted) for event in watch.events) == 1
    assert watch.ended.printed_seconds == 113
    assert watch.ended.earliest_end <= watch.ended.ended_at <= watch.ended.latest_end


def test_a_job_without_a_file_is_still_a_job() -> None:
    humming = MachineStatus(activity=Activity.WORKING, text="120 W")
    watch = Watch().see(0, IDLE).see(5, humming).see(65, humming).see(70, IDLE).see(75, IDLE).see(80, IDLE)

    assert watch.wanted == []
    assert watch.started.path == ""
    assert watch.ended.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("seconds", range(0, 80, 5))
def test_the_state_survives_being_stored(seconds: int) -> None:
    watch = Watch()
    story = [IDLE, working(3), paused(8), working(9), cancelling(), selected(), IDLE, working(1)]
    for number, status in enumerate(story * 2):
        if number * 5 <= seconds:
            watch.see(number * 5, status, FRESH)

    stored = json.loads(json.dumps(watch.state.to_json()))

    assert TrackerState.from_json(stored) == watch.state


@pytest.mark.parametrize(
    "damage",
    [
        None,
        [],
        {},
        {"version": 0},
        {"version": 1, "job": "none"},
        {"version": 1, "job": {}},
        {"version": 1, "free": {"at": "yesterday"}},
        {"version": 1, "free": {"at": "2026-03-29T12:00:00"}},
        {"version": 1, "free": {"at": 5}},
        {"version": 1, "silent_since": {}},
    ],
)
def test_a_damaged_or_foreign_state_begins_anew(damage: Any) -> None:
    assert TrackerState.from_json(damage) == TrackerState.new()


def test_a_state_with_a_wrong_value_begins_anew() -> None:
    stored = Watch().see(0, IDLE).see(5, working(3), FRESH).state.to_json()
    for name in stored["job"]:
        broken = {**stored, "job": {**stored["job"], name: ["wrong"]}}

        assert TrackerState.from_json(broken) == TrackerState.new()


def test_fields_that_a_later_version_added_are_passed_over() -> None:
    state = Watch().see(0, IDLE).see(5, working(3), FRESH).state

    assert TrackerState.from_json({**state.to_json(), "filament": 3}) == state


class Watch:
    """A tracker that is shown one sight after the other; records are given only where it asks for them."""

    def __init__(self) -> None:
        self.state = TrackerState.new()
        self.events: list[Event] = []
        self.wanted: list[tuple[float, str]] = []

    def see(self, second: float, status: MachineStatus, counters: RunCounters | None = None) -> "Watch":
        at = NOON + timedelta(seconds=second)
        path = wants_counters(self.state, status, at)
        if path is not None:
            self.wanted.append((second, path))
        self.state, events = observe(self.state, status, counters if path else None, at)
        self.events += events
        return self

    @property
    def started(self) -> JobStarted:
        return next(event for event in self.events if isinstance(event, JobStarted))

    @property
    def key(self) -> str:
        return self.started.job_key

    @property
    def ended(self) -> JobEnded:
        (event,) = [event for event in self.events if isinstance(event, JobEnded)]
        return event


def working(seconds: int) -> MachineStatus:
    return MachineStatus(
        activity=Activity.WORKING,
        text="Printing",
        path="a.gcode",
        file_name="A",
        progress=seconds / 100,
        printed_seconds=seconds,
        remaining_seconds=100 - seconds,
        user="nadia",
    )


def paused(seconds: int) -> MachineStatus:
    return replace(working(seconds), activity=Activity.PAUSED, text="Paused")


def cancelling() -> MachineStatus:
    return replace(selected(), activity=Activity.ENDING, text="Cancelling", cancelling=True)


def selected() -> MachineStatus:
    return replace(IDLE, path="a.gcode", file_name="A")


def done(seconds: int, last: float | None = None) -> MachineStatus:
    return replace(selected(), progress=1.0, printed_seconds=seconds, complete=True, last_run_seconds=last)


def stamp(second: float) -> float:
    return (NOON + timedelta(seconds=second)).timestamp()
