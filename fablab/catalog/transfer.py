"""Resources to a table and from it: what each line means here, and every reason why one means nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from fablab.catalog import queries, services
from fablab.catalog.models import Category, CategoryField, Resource
from fablab.catalog.services import ResourceCard
from fablab.catalog.sheet_of_resources import COLUMNS, FIELD
from fablab.catalog.specs import kept, yes_or_no
from fablab.core import tables
from fablab.core.i18n import _
from fablab.core.tables import Line, Trouble
from fablab.core.text import line_of, lines_of
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.sites.models import Room, Site

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = {"code": 44, "name": 120, "model": 120, "description": 4000}
NUMBERS = {"places": (1, 1000), "slot_minutes": (5, 1440)}


@dataclass(frozen=True, slots=True)
class Planned:
    """What a line asks for: a card, of a resource that there is, or of a new one with this code (if any)."""

    line: int
    card: ResourceCard
    code: str = ""
    resource: Resource | None = None


@dataclass(slots=True)
class Meaning:
    """What the lines mean; every word in them is looked up once."""

    resources: Mapping[str, Resource]
    categories: Mapping[str, Category]
    fields: Mapping[int, list[CategoryField]]
    sites: Mapping[str, Site]
    rooms: Mapping[tuple[int, str], Room]
    actor: Actor
    seen: dict[str, int] = field(default_factory=dict)
    """The codes so far, each with its line."""

    def of(self, line: Line) -> tuple[Planned | None, list[Trouble]]:
        """What one line asks for, or all that is wrong with it."""
        wrong: list[str] = [
            _("“%(column)s” is too long: at most %(count)s characters.", column=name, count=most)
            for name, most in LONGEST.items()
            if len(line.cells.get(name, "")) > most
        ]
        if line.is_too_wide:
            wrong.append(_("It has more cells than there are columns; perhaps quotation marks are missing."))
        code = line_of(line.cells.get("code", "")).lower()
        known = self.resources.get(code) if code else None
        self._check_code(code, known, line.number, wrong)
        card = self._card(line.cells, known, wrong)
        if wrong or card is None:
            return None, [Trouble(line.number, message) for message in wrong]
        return Planned(line.number, card, code, known), []

    def _check_code(self, code: str, known: Resource | None, number: int, wrong: list[str]) -> None:
        if not code:
            return
        if code in self.seen:
            wrong.append(_("The code “%(code)s” is on line %(line)s already.", code=code, line=self.seen[code]))
        self.seen.setdefault(code, number)
        if known is None and not CODE.fullmatch(code):
            wrong.append(
                _("A code has small letters, digits and hyphens, such as “laser-2”; leave it empty for a new one.")
            )
        if known is not None and not self.actor.may_at_site(Role.FABMANAGER, known.site_id):
            wrong.append(_("“%(code)s” stands at a site that is not yours.", code=code))

    def _card(self, cells: Mapping[str, str], known: Resource | None, wrong: list[str]) -> ResourceCard | None:
        category = self._category(cells, known, wrong)
        site = self._site(cells, known, wrong)
        name = line_of(cells.get("name", ""))
        if not name:
            wrong.append(_("The name is missing."))
        places = self._number(cells, "places", known.places if known else 1, wrong)
        slot_minutes = self._number(cells, "slot_minutes", known.slot_minutes if known else 30, wrong)
        if category is None or site is None:
            return None
        blank = ResourceCard(name=name, category_id=category.id, site_id=site.id)
        present = services.card_of(known) if known else blank
        if present.category_id != category.id:
            present = replace(present, specs={}, organisation="", adviser_id=None)
        if present.site_id != site.id:
            present = replace(present, room_id=None, timetable_id=None)
        card = replace(present, name=name, category_id=category.id, site_id=site.id)
        card = replace(card, places=places, slot_minutes=slot_minutes)
        if "model" in cells:
            card = replace(card, model=line_of(cells["model"]))
        if "description" in cells:
            card = replace(card, description=lines_of(cells["description"]))
        card = replace(card, needs_staff=self._needs_staff(cells, card.needs_staff, wrong))
        card = replace(card, room_id=self._room(cells, site, card.room_id, wrong))
        return replace(card, specs=self._specs(cells, category, card.specs, wrong))

    def _category(self, cells: Mapping[str, str], known: Resource | None, wrong: list[str]) -> Category | None:
        text = line_of(cells.get("category", ""))
        if not text and known is not None:
            return known.category
        found = self.categories.get(text.lower())
        if found is None:
            wrong.append(_unknown("category", text, (row.name for row in self.categories.values())))
        return found

    def _site(self, cells: Mapping[str, str], known: Resource | None, wrong: list[str]) -> Site | None:
        text = line_of(cells.get("site", ""))
        if not text and known is not None:
            return known.site
        found = self.sites.get(text.lower())
        own = {row.name for row in self.sites.values() if self.actor.may_at_site(Role.FABMANAGER, row.id)}
        if found is None:
            wrong.append(_unknown("site", text, own))
        elif found.name not in own:
            wrong.append(_("The site “%(name)s” is not yours.", name=found.name))
        return found

    def _room(self, cells: Mapping[str, str], site: Site, present: int | None, wrong: list[str]) -> int | None:
        if "room" not in cells:
            return present
        text = line_of(cells["room"])
        found = self.rooms.get((site.id, text.lower()))
        if text and found is None:
            wrong.append(_unknown("room", text, (row.name for key, row in self.rooms.items() if key[0] == site.id)))
        return found.id if found else None

    def _number(self, cells: Mapping[str, str], column: str, present: int, wrong: list[str]) -> int:
        text = line_of(cells.get(column, ""))
        least, most = NUMBERS[column]
        if not text:
            return present
        if text.isascii() and text.isdigit() and len(text) <= 5 and least <= int(text) <= most:
            return int(text)
        wrong.append(
            _(
                "“%(column)s”: “%(text)s” is not a whole number from %(least)s to %(most)s.",
                column=column,
                text=text[:40],
                least=least,
                most=most,
            )
        )
        return present

    def _needs_staff(self, cells: Mapping[str, str], present: bool, wrong: list[str]) -> bool:
        text = line_of(cells.get("needs_staff", ""))
        if not text:
            return present
        found = yes_or_no(text)
        if found is None:
            wrong.append(_("“needs_staff”: “%(text)s” is neither yes nor no.", text=text[:40]))
        return bool(found)

    def _specs(
        self, cells: Mapping[str, str], category: Category, present: Mapping[int, str], wrong: list[str]
    ) -> dict[int, str]:
        by_name = {row.name.lower(): row for row in self.fields[category.id]}
        specs = {key: text for key, text in present.items() if key in {row.id for row in by_name.values()}}
        for column, cell in cells.items():
            if not column.startswith(FIELD):
                continue
            text, name = line_of(cell), column.removeprefix(FIELD)
            row = by_name.get(name.lower())
            if row is None and text:
                wrong.append(
                    _("The category “%(category)s” has no field “%(name)s”.", category=category.name, name=name[:40])
                )
            elif row is not None:
                held = kept(row, text)
                if held is None:
                    wrong.append(_("“%(name)s” cannot be “%(text)s”.", name=row.name, text=text[:40]))
                specs.pop(row.id, None)
                if held:
                    specs[row.id] = held
        return specs


def meaning(session: Session, actor: Actor) -> Meaning:
    """What words in a table mean today, to this person; in a fixed number of statements."""
    kinds = queries.categories(session)
    places = sites.sites(session)
    return Meaning(
        resources={row.code: row for row in queries.resources(session, retired=True)},
        categories={row.name.lower(): row for row in kinds},
        fields=queries.fields_of(session, [row.id for row in kinds]),
        sites={row.slug.lower(): row for row in places} | {row.name.lower(): row for row in places},
        rooms={(row.site_id, row.name.lower()): row for row in sites.rooms(session)},
        actor=actor,
    )


def table(session: Session, actor: Actor) -> str:
    """The resources of one's sites as a table that can be brought in again."""
    own = [row for row in queries.resources(session, retired=True) if actor.may_at_site(Role.FABMANAGER, row.site_id)]
    fields = queries.fields_of(session, {row.category_id for row in own})
    names = dict.fromkeys(row.name for rows in fields.values() for row in rows)
    return tables.written(
        [*COLUMNS, *(FIELD + name for name in names)], (_cells(row, fields[row.category_id]) for row in own)
    )


def _cells(row: Resource, fields: list[CategoryField]) -> dict[str, str]:
    written = row.specs or {}
    return {
        "code": row.code,
        "name": row.name,
        "category": row.category.name,
        "site": row.site.name,
        "room": row.room.name if row.room else "",
        "model": row.model,
        "description": row.description,
        "places": str(row.places),
        "slot_minutes": str(row.slot_minutes),
        "needs_staff": "yes" if row.needs_staff else "no",
        **{FIELD + one.name: str(written.get(str(one.id), "")) for one in fields},
    }


def _unknown(column: str, text: str, known: Iterable[str]) -> str:
    names = ", ".join(sorted(set(known))[:12]) or "–"
    if not text:
        return _("“%(column)s” is missing. Known here: %(names)s.", column=column, names=names)
    return _(
        "“%(column)s”: “%(text)s” is not known. Known here: %(names)s.", column=column, text=text[:40], names=names
    )
