"""How rows name people: said at each column, so that export, erasure and merging reach every table by themselves.

Every foreign key to `members` says whether the row is about that person (`about`) or only names them as the one who
did something (`did`). What a row says of a person in free words is `wiped` at erasure; a file of theirs is `file_of`.
A row that names nobody and hangs on such a row is `part_of` it, and theirs with it; one that says nothing of them is
`apart`. A table whose rows the database refuses to change is `for_good`. `tests/members/test_personal.py` fails when a
table forgets.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

KEY = "personal"
FOR_GOOD = "for_good"


class Erased(StrEnum):
    """What becomes of a row when the person that it is about is erased."""

    KEPT = "kept"
    """The row stays for the accounts or for figures; only what is `wiped` in it is emptied."""
    REMOVED = "removed"


class Doubled(StrEnum):
    """What becomes of a row when its person is merged into another who has the same already."""

    STAYS = "stays"
    """It stays with the record that was merged, and is shown with the other's."""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class About:
    """The row is about this person: they may see it, and it goes with them."""

    erased: Erased
    doubled: Doubled


@dataclass(frozen=True, slots=True)
class Did:
    """The row only names this person as the one who did something."""


@dataclass(frozen=True, slots=True)
class Wiped:
    """What this column says of the row's person is emptied when they are erased."""

    named: bool = False
    """It must say something: a neutral name takes the place of what it said."""


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file of the row's person: it is exported with the row, and removed when they are erased."""


@dataclass(frozen=True, slots=True)
class PartOf:
    """The row belongs to the one that this key points to, and is about the same person."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The row points to one that is about a person, and says nothing of them."""


Naming = About | Did | Wiped | FileOf | PartOf | Apart


def about(erased: Erased = Erased.KEPT, *, doubled: Doubled = Doubled.STAYS) -> dict[str, Any]:
    """For a foreign key to the person whom the row is about."""
    return {KEY: About(erased, doubled)}


def did() -> dict[str, Any]:
    """For a foreign key to a person who did something."""
    return {KEY: Did()}


def wiped(*, named: bool = False) -> dict[str, Any]:
    """For a column whose words are emptied at erasure: to NULL where it may be, else to an empty text, or to a neutral
    name where it must name somebody.
    """
    return {KEY: Wiped(named)}


def file_of() -> dict[str, Any]:
    """For a foreign key to a stored file of the row's person."""
    return {KEY: FileOf()}


def part_of() -> dict[str, Any]:
    """For a foreign key to a row about a person, from a row that is theirs with it: a claim's, a job's."""
    return {KEY: PartOf()}


def apart() -> dict[str, Any]:
    """For a foreign key to a row about a person, from a row that says nothing of them."""
    return {KEY: Apart()}


def for_good() -> dict[str, Any]:
    """For the arguments of a table whose rows the database refuses to change: they go on naming a record that was
    merged, and those who ask for them ask for `members.queries.identities`.
    """
    return {"info": {FOR_GOOD: True}}
