"""What is said beside a table of people, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fablab.core.tables import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What whoever brings a table in says beside it."""

    add_anyway: bool = False
    """People who look like others here are new ones."""
    site_id: int | None = None
    """Who looks after new people of whom the table names no site."""
    classes: Mapping[str, int] = field(default_factory=dict)
    """The classes that the table's own words mean."""
    foreign: bool = False
    """The words are another program's: what they name need not be here."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a table brought, what of it could not be taken, and what was passed over."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What is told once about the whole."""
    strange_classes: dict[str, int] = field(default_factory=dict)
    """Words that are no class here, and how many lines have them; one may be chosen for each."""

    @property
    def bad_lines(self) -> int:
        """How many lines cannot be taken."""
        return len({trouble.line for trouble in self.troubles})

    @property
    def good_lines(self) -> int:
        """How many can."""
        return self.added + self.changed + self.unchanged
