"""A real OctoPrint 1.11 with its virtual printer, recorded: the driver and the tracker make of it what happened."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from machines.drivers.octoprint import counters_of, status_of
from machines.events import Event, JobEnded, JobStarted, Outcome
from machines.reading import read
from machines.status import Activity, MachineStatus, RunCounters
from machines.tracker import TrackerState

RECORDINGS = Path(__file__).parent / "recordings"
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recording", "activity"),
    [
        ("01_init_Operational", Activity.IDLE),
        ("s2_02_slow_full_Starting", Activity.STARTING),
        ("02_full_run_Printing", Activity.WORKING),
        ("05_pause_resume_Paused", Activity.PAUSED),
        ("s2_09_slow_pause_resume_Resuming", Activity.WORKING),
        ("s2_04_slow_full_Finishing", Activity.ENDING),
        ("07_cancel_Operational", Activity.IDLE),
        ("08_cancel_Cancelling", Activity.ENDING),
        ("11_fatal_error_Offline_after_error", Activity.FAULT),
        ("12_disconnect_mid_print_Offline", Activity.OFF),
        ("13_reconnect2_Opening_serial_connection", Activity.OFF),
    ],
)
def test_each_recorded_state_is_understood(recording: str, activity: Activity) -> None:
    answer = load(recording)["job"]["body"]

    status = status_of(answer)

    assert status.activity is activity
    assert status.text == answer["state"]


def test_copying_a_file_to_the_printers_card_is_no_print() -> None:
    status = status_of(load("sd_sending")["job"])

    assert (status.activity, status.path, status.complete) == (Activity.IDLE, None, False)


def test_a_finished_print_shows_its_exact_time_and_its_record() -> None:
    after = load("after_done")

    status, counters = status_of(after["job"]), counters_of(after["file"])

    assert (status.complete, status.printed_seconds, status.last_run_seconds) == (True, 6, 6.032705943999986)
    assert counters == RunCounters(
        success=1,
        failure=0,
        last_ended_at=1795295105.899423,
        last_seconds=6.032705943999986,
        last_success=True,
    )


def test_the_error_of_a_failed_print_is_kept() -> None:
    after = load("after_fatal_error")

    assert (status_of(after["job"]).error or "").startswith("Thermal Runaway")
    assert counters_of(after["file"]).last_success is False


def test_a_recorded_life_of_a_printer_becomes_the_jobs_that_happened() -> None:
    replay = Replay()

    events = replay.all_events()

    started = [(event.path, seconds_in(event.started_at)) for event in events if isinstance(event, JobStarted)]
    ended = [event for event in events if isinstance(event, JobEnded)]
    truth = replay.true_jobs()
    assert [path for path, _ in started] == [path for path, *_ in truth]
    for (_, at), (_, true_start, *_) in zip(started, truth, strict=True):
        assert abs(at - true_start) < 1.1
    assert [event.outcome for event in ended] == [outcome for *_, outcome in truth if outcome]
    for event, (_, _, worked, outcome) in zip(ended, truth, strict=False):
        slack = 0.6 if outcome is Outcome.DONE else 3.1
        assert event.certain is (outcome is not Outcome.UNKNOWN)
        assert abs(event.printed_seconds - worked) <= slack, (event, worked)


def test_a_crash_at_any_poll_replays_to_the_same_events() -> None:
    replay = Replay()
    states = [TrackerState.new()]
    events: list[tuple[Event, ...]] = []
    for poll in replay.polls:
        sight = read(replay.at(poll), states[-1], replay.clock)
        states.append(sight.state)
        events.append(sight.events)

    for number, poll in enumerate(replay.polls):
        stored = TrackerState.from_json(json.loads(json.dumps(states[number].to_json())))
        assert read(replay.at(poll), stored, replay.clock).events == events[number]


class Replay:
    """A driver that answers as the recorded printer did at one of the recorded polls."""

    def __init__(self) -> None:
        self.polls: list[dict[str, Any]] = load("timeline2")
        self._log: list[dict[str, Any]] = load("events2")
        self._now = 0.0
        self._poll = self.polls[0]

    def at(self, poll: dict[str, Any]) -> "Replay":
        self._poll, self._now = poll, poll["t"]
        return self

    def clock(self) -> datetime:
        return BEGIN + timedelta(seconds=self._now)

    def all_events(self) -> list[Event]:
        state, events = TrackerState.new(), []
        for poll in self.polls:
            sight = read(self.at(poll), state, self.clock)
            state = sight.state
            events += sight.events
        return list(events)

    def status(self) -> MachineStatus:
        poll = self._poll
        done = self._ends("PrintDone", poll["file"])
        return status_of(
            {
                "state": poll["job_state"],
                "job": {
                    "file": {"path": poll["file"], "name": poll["file"], "origin": poll["file"] and "local"},
                    "lastPrintTime": done[-1]["payload"]["time"] if done else None,
                },
                "progress": {
                    "completion": poll["completion"],
                    "printTime": poll["printTime"],
                    "printTimeLeft": poll["left"],
                },
            }
        )

    def counters(self, path: str) -> RunCounters:
        done, failed = self._ends("PrintDone", path), self._ends("PrintFailed", path)
        last = max(done + failed, key=lambda event: float(event["t"]), default=None)
        success = last is not None and last["type"] == "PrintDone"
        return RunCounters(
            success=len(done),
            failure=len(failed),
            last_ended_at=(BEGIN + timedelta(seconds=last["t"])).timestamp() if last else None,
            last_seconds=last["payload"]["time"] if last and success else None,
            last_success=success if last else None,
        )

    def close(self) -> None:
        pass

    def _ends(self, kind: str, path: str | None) -> list[dict[str, Any]]:
        return [
            event
            for event in self._log
            if event["type"] == kind and event["payload"]["path"] == path and event["t"] <= self._now
        ]

    def true_jobs(self) -> list[tuple[str, float, float, Outcome | None]]:
        """Path, start, seconds of work and outcome of each run, by OctoPrint's own events."""
        jobs: list[tuple[str, float, float, Outcome | None]] = []
        for event in self._log:
            kind, payload = event["type"], event["payload"] or {}
            if kind == "PrintStarted":
                if jobs and jobs[-1][3] is None:
                    # It was restarted while it was paused: nothing but its beginning is on record.
                    jobs[-1] = (*jobs[-1][:2], 4.0, Outcome.UNKNOWN)
                jobs.append((payload["path"], event["t"], 0.0, None))
            elif kind == "PrintDone":
                jobs[-1] = (*jobs[-1][:2], payload["time"], Outcome.DONE)
            elif kind == "PrintFailed":
                outcome = Outcome.CANCELLED if payload["reason"] == "cancelled" else Outcome.FAILED
                jobs[-1] = (*jobs[-1][:2], payload["time"], outcome)
        return jobs


def load(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())


def seconds_in(at: datetime) -> float:
    return (at - BEGIN).total_seconds()
