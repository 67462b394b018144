"""Things that rules speak of, by their names: for files that leave the lab."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.policy import rows
from fablab.booking.rules import catalogue
from fablab.booking.rules.kind import Rule
from fablab.catalog import queries as catalog
from fablab.core.i18n import _
from fablab.sites import queries as sites

UNITS = ("course", "class", "membership")
"""What parameters may name, by the unit of their schema."""


class Unknown(Exception):
    """Nothing here is called so, or more than one thing."""


@dataclass(frozen=True, slots=True)
class Called:
    """What is called how, by what it is: `category`, `room`, `resource`, `class`, `course`, `membership`."""

    tables: Mapping[str, Mapping[int, str]]

    def name(self, what: str, key: int | None) -> str | None:
        """How it is called; None for nothing."""
        return None if key is None else self.tables[what].get(key, f"#{key}")

    def id(self, what: str, name: str | None) -> int | None:
        """What is called so; None for nothing.

        Raises:
            Unknown: nothing is, or more than one.
        """
        if not name:
            return None
        found = [key for key, value in self.tables[what].items() if value.casefold() == name.strip().casefold()]
        if not found:
            raise Unknown(_("Nothing here is called “%(name)s”.", name=name))
        if len(found) > 1:
            raise Unknown(_("More than one thing here is called “%(name)s”.", name=name))
        return found[0]

    def params_out(self, rule: Rule) -> dict[str, Any]:
        """A rule's parameters with names instead of numbers of ours."""
        found, units = catalogue.params_of(rule), _named(rule.code)
        return {
            key: [self.name(units[key], item) for item in value] if key in units else value
            for key, value in found.items()
        }

    def params_in(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The other way round; Unknown for a name that nothing has."""
        units = _named(kind)
        return {
            key: [self.id(units[key], str(item)) for item in value]
            if key in units and isinstance(value, list)
            else value
            for key, value in params.items()
        }


def called_at(session: Session, site_id: int | None) -> Called:
    """What is called how; rooms and resources are those of the site."""
    names = rows.names(session)
    rooms: Iterable[Any] = [row for row in sites.rooms(session) if row.site_id == site_id]
    resources = catalog.resources(session, site_id=site_id, retired=True) if site_id is not None else []
    return Called(
        {
            "category": names.categories,
            "class": names.classes,
            "course": names.courses,
            "membership": names.memberships,
            "room": {row.id: row.name for row in rooms},
            "resource": {row.id: row.name for row in resources},
        }
    )


def _named(kind: str) -> dict[str, str]:
    """Which lists of parameters name things, and which."""
    found = catalogue.schema_of(kind).get("properties", {})
    units = {key: schema.get("items", {}).get("unit", "") for key, schema in found.items()}
    return {key: unit for key, unit in units.items() if unit in UNITS}
