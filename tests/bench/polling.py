"""Reading machines with the poller."""

from datetime import UTC, datetime, timedelta

from machines.driver import ConnectionSettings
from machines.poller import Poller, Watched
from machines.simulators.octoprint import SimulatedOctoPrint
from machines.tracker import TrackerState
from tests.bench.table import Row, spent_ms


def row(number: int = 40) -> Row:
    """Reading machines of four simulators, beside what the simulators' answers alone cost; all on one core."""
    simulators = [SimulatedOctoPrint().start() for _ in range(4)]
    settings = [ConnectionSettings("octoprint", simulators[at % 4].url, "simulated-key") for at in range(number)]
    watched = [Watched(id=at, settings=one, state=TrackerState.new()) for at, one in enumerate(settings)]
    clock = iter(datetime(2031, 1, 1, tzinfo=UTC) + timedelta(minutes=at) for at in range(10**7))
    poller = Poller(clock=lambda: next(clock))
    connection = simulators[0]

    def read_all() -> None:
        left = {one.id for one in watched}
        while left:
            left -= {reading.id for reading in poller.poll(watched, wait_seconds=1)}

    def bare() -> None:
        for _ in range(number):
            connection.printer.job(connection.now())

    made = Row(what=f"reading {number} machines; floor: the answers alone", cost=spent_ms(read_all, 5))
    made.floor = spent_ms(bare, 5)
    poller.close()
    for simulator in simulators:
        simulator.stop()
    return made
