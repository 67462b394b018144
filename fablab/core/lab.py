"""The lab as it names itself to people outside of a request: in mails' and calendars' own words."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lab:
    """What it is called, and the address that its mails come from."""

    name: str
    mail_from: str


_UNNAMED = Lab("FabLab", "fablab@localhost")
_lab: ContextVar[Lab] = ContextVar("fablab_lab", default=_UNNAMED)


def set_lab(lab: Lab) -> None:
    """Say which lab this is."""
    _lab.set(lab)


def lab() -> Lab:
    """The lab that this is."""
    return _lab.get()
