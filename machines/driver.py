"""What every driver can do, and what it needs to know to reach its machine."""

from dataclasses import dataclass, field
from typing import Protocol

from machines.status import MachineStatus, RunCounters


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How one machine is reached."""

    kind: str
    url: str
    api_key: str = field(repr=False)
    timeout_seconds: float = 4.0
    allowed_networks: tuple[str, ...] = ()
    """CIDR blocks; empty means any private or loopback address."""


class Driver(Protocol):
    """Reads one machine; its methods raise MachineError and nothing else, and run one at a time."""

    def status(self) -> MachineStatus:
        """Ask the machine what it is doing."""

    def counters(self, path: str) -> RunCounters | None:
        """Ask what the machine has recorded about the runs of a file; None if it does not know the file."""

    def close(self) -> None:
        """Let go of the machine; the driver is not used again."""
