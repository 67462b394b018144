"""Rounds of reading: which machines are asked, and from which memory each reading was made."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.usage.connections import Means, watched
from machines.poller import Poller, Reading


class Rounds:
    """Asks all machines again and again; one slow machine never delays another.

    A reading may arrive rounds after it began. It is given together with the version of the memory from which it
    began, so that `reports.take` can tell whether somebody else has written in between.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._poller = Poller(clock=clock)
        self._begun: dict[int, int] = {}

    def read(self, session: Session, means: Means, wait_seconds: float) -> Iterator[tuple[Reading, int]]:
        """Ask every machine that is due; yields what has arrived within the time, with its memory's version."""
        found = watched(session, means)
        session.rollback()  # Nothing is held open while machines take their time to answer.
        for machine, version in found:
            self._begun.setdefault(machine.id, version)
        for reading in self._poller.poll([machine for machine, _ in found], wait_seconds=wait_seconds):
            yield reading, self._begun.pop(reading.id)

    def close(self) -> None:
        """Let go of all machines."""
        self._poller.close()
