"""Asks a machine once, for the screen that says whether it is connected."""

from machines.driver import ConnectionSettings
from machines.registry import open_driver
from machines.status import MachineStatus


def probe(settings: ConnectionSettings) -> MachineStatus:
    """What the machine answers now; raises MachineError if it cannot be read."""
    driver = open_driver(settings)
    try:
        return driver.status()
    finally:
        driver.close()
