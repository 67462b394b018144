"""A printer's true history on a clock of its own, and a driver that reads it with delays and losses."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random

from machines.driver import Driver
from machines.drivers.octoprint import counters_of, status_of
from machines.errors import MachineError, Unreachable
from machines.events import Event, JobEnded, JobProgressed, JobStarted
from machines.reading import read
from machines.simulators.printer import SimulatedPrinter, StoredFile
from machines.status import MachineStatus, RunCounters
from machines.tracker import TrackerState, missed

EPOCH = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""The evening before the clocks change."""


@dataclass(kw_only=True)
class Run:
    """What truly happened."""

    path: str
    started: float
    ended: float
    worked: float
    outcome: str
    seen: bool = False


@dataclass(frozen=True)
class Plan:
    """A run as it is to happen: `fate` after `share` of the work, perhaps with a pause at half of that."""

    path: str
    seconds: float
    fate: str = "done"
    share: float = 0.5
    pause_seconds: float = 0.0
    rest_seconds: float = 20.0


class World:
    """Carries out the plans as its clock goes on, and keeps the truth."""

    def __init__(self, plans: Iterable[Plan], *, skew: float = 0.0) -> None:
        self.now = EPOCH.timestamp()
        self.skew = skew
        self.printer = SimulatedPrinter()
        self.runs: list[Run] = []
        self.down_until = 0.0
        self._due: list[tuple[float, str, Plan]] = []
        self.end = self._schedule(plans)

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def go_on(self, seconds: float) -> None:
        """Let time pass, with all that happens in it."""
        self.now += seconds
        while self._due and self._due[0][0] <= self.now:
            self._carry_out(*self._due.pop(0))
        self.printer.advance(self.now)

    def running(self) -> Run | None:
        return next((run for run in self.runs if run.started <= self.now < run.ended), None)

    def _schedule(self, plans: Iterable[Plan]) -> float:
        at = self.now + 7.3
        restarted: Plan | None = None
        for plan in plans:
            # A paused run that is restarted goes on as a new run of the same file, at once.
            plan = plan if restarted is None else replace(plan, path=restarted.path)
            at += self._schedule_one(at, plan)
            restarted = plan if plan.fate == "restart paused" else None
            at += 0 if restarted else plan.rest_seconds
        return at + (self._schedule_one(at, replace(restarted, fate="done")) if restarted else 0)

    def _schedule_one(self, at: float, plan: Plan) -> float:
        worked = plan.seconds if plan.fate == "done" else plan.seconds * plan.share
        paused = plan.fate.endswith("paused")
        length = worked + (plan.pause_seconds if plan.pause_seconds and not paused else 0)
        self._due.append((at, "start", plan))
        if paused:
            self._due.append((at + worked, "pause", plan))
            length += plan.pause_seconds
        elif plan.pause_seconds:
            self._due.append((at + worked / 2, "pause", plan))
            self._due.append((at + worked / 2 + plan.pause_seconds, "resume", plan))
        if plan.fate != "done":
            self._due.append((at + length, plan.fate.removesuffix(" paused"), plan))
        outcome = {"done": "done", "cancel": "cancelled", "error": "failed", "disconnect": "failed"}.get(plan.fate, "")
        outcome = outcome or {"cancel paused": "cancelled", "error paused": "failed"}.get(plan.fate, "unknown")
        self.runs.append(Run(path=plan.path, started=at, ended=at + length, worked=worked, outcome=outcome))
        if plan.fate == "kill" or plan.fate == "kill paused":
            length += 45
        elif plan.fate.startswith(("error", "disconnect")):
            self._due.append((at + length + 15, "connect", plan))
            length += 16
        elif plan.fate != "restart paused":
            length += 1.2
        return length

    def _carry_out(self, at: float, verb: str, plan: Plan) -> None:
        printer = self.printer
        printer.advance(at)
        if verb == "start":
            file = printer.files.get(plan.path) or printer.store(StoredFile(plan.path, plan.seconds))
            file.seconds = plan.seconds
            if printer.state != "Paused":
                printer.select(plan.path)
            assert printer.start(at), (printer.state, plan)
        elif verb == "kill":
            printer.restart_host(at)
            self.down_until = at + 40
        elif verb in ("error", "disconnect"):
            printer.disconnect(at, "Thermal Runaway" if verb == "error" else "")
        elif verb == "connect":
            printer.connect(at)
        elif verb != "restart":
            assert getattr(printer, verb)(at) in (True, None), (printer.state, verb)


class WorldDriver:
    """Reads the world as OctoPrint's driver does; every question takes time, and some get no answer."""

    def __init__(self, world: World, chance: Random, *, lost: float = 0.0, slowest: float = 0.2) -> None:
        self._world, self._chance, self._lost, self._slowest = world, chance, lost, slowest

    def status(self) -> MachineStatus:
        self._travel()
        answer = json.loads(json.dumps(self._world.printer.job(self._world.now)))
        return status_of(answer)

    def counters(self, path: str) -> RunCounters | None:
        self._travel()
        file = self._world.printer.files.get(path)
        if file is None:
            return None
        answer = json.loads(json.dumps(file.answer()))
        if "prints" in answer:
            answer["prints"]["last"]["date"] += self._world.skew
        return counters_of(answer)

    def close(self) -> None:
        pass

    def _travel(self) -> None:
        self._world.go_on(self._chance.uniform(0.01, self._slowest))
        if self._world.now < self._world.down_until or self._chance.random() < self._lost:
            raise Unreachable("lost")


@dataclass
class Log:
    """What the tracker reported, and whether it kept its promises."""

    started: dict[str, JobStarted] = field(default_factory=dict)
    ended: dict[str, JobEnded] = field(default_factory=dict)
    open: str | None = None

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case JobStarted():
                    assert event.job_key not in self.started, "two runs have the same key"
                    assert self.open is None, "a run starts before the one before has ended"
                    self.started[event.job_key] = event
                    self.open = event.job_key
                case JobProgressed():
                    assert event.job_key == self.open
                case JobEnded():
                    assert event.job_key == self.open
                    assert event.earliest_end <= event.ended_at <= event.latest_end, event
                    assert event.printed_seconds >= 0
                    self.ended[event.job_key] = event
                    self.open = None


def watch(
    world: World,
    driver: Driver,
    *,
    interval: float = 5.0,
    after: float = 120.0,
    outages: Iterable[tuple[float, float]] = (),
) -> Log:
    """Poll the world to its end and a little longer, as the poller does; the state goes through JSON each time."""
    log, state = Log(), TrackerState.new()
    quiet = list(outages)
    begin = world.now
    while world.now < world.end + after or log.open is not None:
        assert world.now < world.end + after + 3600, "a run never ends"
        due = world.now + interval
        for start, length in quiet:
            if start <= world.now - begin < start + length:
                due = begin + start + length
        was = world.running()
        try:
            sight = read(driver, state, world.clock)
            state = sight.state
            log.add(sight.events)
            if was is not None and was is world.running() and sight.status.activity.is_running:
                was.seen = True
        except MachineError:
            state = missed(state, world.clock())
        again = TrackerState.from_json(json.loads(json.dumps(state.to_json())))
        assert again == state
        world.go_on(max(0.0, due - world.now))
    return log


def match(log: Log, runs: list[Run]) -> list[tuple[JobEnded, Run | None]]:
    """Each reported job with the true run that it stands for: in order, and a run stands behind one job only."""
    jobs = [(log.started[key], ended) for key, ended in log.ended.items()]
    best: list[list[float]] = [[0.0] * (len(runs) + 1) for _ in range(len(jobs) + 1)]
    for row, (started, ended) in enumerate(jobs, 1):
        for column, run in enumerate(runs, 1):
            fit = best[row - 1][column - 1] + likeness(started, ended, run)
            best[row][column] = max(best[row - 1][column], best[row][column - 1], fit)
    pairs: list[tuple[JobEnded, Run | None]] = []
    row, column = len(jobs), len(runs)
    while row:
        started, ended = jobs[row - 1]
        fit = likeness(started, ended, runs[column - 1]) if column else 0.0
        if fit and best[row][column] == best[row - 1][column - 1] + fit:
            pairs.append((ended, runs[column - 1]))
            row, column = row - 1, column - 1
        elif column and best[row][column] == best[row][column - 1]:
            column -= 1
        else:
            pairs.append((ended, None))
            row -= 1
    return pairs[::-1]


def likeness(started: JobStarted, ended: JobEnded, run: Run) -> float:
    """How well a reported job and a true run agree; nothing if they cannot be the same."""
    start = min(started.started_at.timestamp(), ended.earliest_end.timestamp() - ended.printed_seconds)
    begin, end = start - 3, ended.latest_end.timestamp() + 3
    if run.path != started.path or run.started > end or run.ended < begin:
        return 0.0
    return 1 / (1 + abs(run.started - start) + abs(run.ended - ended.ended_at.timestamp())) + 1
