"""The kinds of machines that can be read, and how a driver of each is opened."""

from collections.abc import Callable
from dataclasses import dataclass

from machines.driver import ConnectionSettings, Driver
from machines.drivers.octoprint import OctoPrint
from machines.drivers.octoprint import check_url as check_octoprint_url
from machines.errors import Unreachable


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of machine: how to open its driver, and which of its addresses cannot be used."""

    open: Callable[[ConnectionSettings], Driver]
    check_url: Callable[[str], str | None]


_KINDS = {"octoprint": Kind(open=OctoPrint, check_url=check_octoprint_url)}


def kinds() -> tuple[str, ...]:
    """The kinds of machines that can be connected."""
    return tuple(_KINDS)


def open_driver(settings: ConnectionSettings) -> Driver:
    """A driver for these settings; it does not touch the network before it is asked something."""
    if settings.kind not in _KINDS:
        raise Unreachable("there is no driver for machines of this kind")
    return _KINDS[settings.kind].open(settings)


def check_url(kind: str, url: str) -> str | None:
    """Why this address cannot be used ("scheme", "path", "credentials", "host"), or None if it can."""
    return _KINDS[kind].check_url(url)
