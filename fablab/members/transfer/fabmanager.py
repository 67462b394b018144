"""The list of members that Fab-manager exports (Members, as an Excel workbook), told by its columns.

Its headings are those of its French and English interface. What the lab keeps besides people stays apart by line:
subscriptions with their end, trainings without a date, structures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fablab.core import tables
from fablab.core.tables import Line
from fablab.core.text import line_of
from fablab.members.transfer.cells import day_of
from fablab.members.transfer.columns import MOST_LINES, key_of

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "surname": ("Nom", "Surname"),
    "first_name": ("Prénom", "First name"),
    "email": ("Courriel", "E-mail", "Email"),
    "birth_date": ("Date de naissance", "Birth date", "Birthdate", "Date of birth"),
    "age": ("Âge", "Age"),
    "address": ("Adresse", "Address"),
    "phone": ("Tel.", "Tél.", "Téléphone", "Phone"),
    "group": ("Groupe", "Group"),
    "subscription": ("Abonnement", "Subscription"),
    "subscription_end": ("Date de fin de l'abonnement", "Subscription end date"),
    "trainings": ("Formations validées", "Validated trainings"),
    "organisation": ("Structure", "Société", "Organization", "Organisation"),
    "organisation_address": ("Adresse de la structure", "Organization address", "Organisation address"),
}
TELLING = ("surname", "first_name", "email", "group", "subscription", "trainings")
"""No table but that one has all of these."""
ADULT = 18


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan that somebody subscribed to, and the day on which it ends."""

    line: int
    plan: str
    last_on: date


@dataclass(frozen=True, slots=True)
class Training:
    """A training that somebody passed, nobody says when."""

    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Structure:
    """What somebody works for."""

    line: int
    name: str
    address: str


@dataclass(slots=True)
class Export:
    """An export, sorted by what becomes of it here."""

    people: list[Line] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    trainings: list[Training] = field(default_factory=list)
    structures: list[Structure] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    minors: int = 0
    """Those who are too young to sign for themselves, as far as their age alone tells."""


def is_export(text: str) -> bool:
    """Tell whether a table is such an export."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    # The first line alone: no heading of that export breaks or quotes a line.
    return set(TELLING) <= set(_columns([cell.strip('" ') for cell in first.split(delimiter)]))


def read(text: str) -> Export:
    """Sort an export.

    Raises:
        Refused: it cannot be read, or has too many lines.
    """
    rows = tables.rows_of(text, MOST_LINES)
    headings = rows[0][1]
    columns = _columns(headings)
    found = Export()
    found.passed_over = [name for name, column in zip(headings, columns, strict=True) if name.strip() and not column]
    slots = [column or f"?{at}" for at, column in enumerate(columns)]
    for number, cells in rows[1:]:
        _sort(tables.line_from(slots, number, cells), found)
    return found


def _sort(line: Line, found: Export) -> None:
    cells = line.cells
    person = {
        "name": cells["surname"],
        "first_name": cells["first_name"],
        "email": cells["email"],
        "phone": cells.get("phone", ""),
        "birth_date": cells.get("birth_date", ""),
        "address": cells.get("address", ""),
        "class": cells["group"],
    }
    found.people.append(Line(line.number, person, line.is_too_wide))
    age = line_of(cells.get("age", ""))
    if not person["birth_date"].strip() and age.isascii() and age.isdigit() and int(age[:3]) < ADULT:
        found.minors += 1
    end = day_of(line_of(cells.get("subscription_end", "")))
    # Who has no subscription has a word for that in its place, and no end.
    if end is not None and line_of(cells["subscription"]):
        found.subscriptions.append(Subscription(line.number, line_of(cells["subscription"])[:200], end))
    names = dict.fromkeys(line_of(part) for part in cells["trainings"].replace("\u2028", "\n").split("\n"))
    found.trainings += [Training(line.number, name[:200]) for name in names if name]
    structure = line_of(cells.get("organisation", ""))
    if structure:
        address = cells.get("organisation_address", "").replace("\u2028", "\n")
        found.structures.append(Structure(line.number, structure[:200], address[:500]))


def _columns(headings: list[str]) -> list[str]:
    keys = {key_of(heading): column for column, names in HEADINGS.items() for heading in names}
    columns, seen = [], set()
    for heading in headings:
        column = keys.get(key_of(heading), "")
        columns.append("" if column in seen else column)
        seen.add(column)
    return columns
