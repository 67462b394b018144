"""The two calendars: a day of all machines, and a week of one; facts from the database made into tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from fablab.booking import free_time
from fablab.booking.free_time import Availability
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.core.i18n import show_day
from fablab.core.period import Period, day_of
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.sites.models import Site
from fablab.web.calendar.floor import Standing, missing_for_viewer, standings_as
from fablab.web.calendar.grid import (
    Cell,
    Eyes,
    Head,
    Kind,
    cells_of,
    columns_of,
    columns_on,
    heads_of,
    laid_out,
    step_of,
    week_heads,
    week_minutes,
)
from fablab.web.calendar.states import horizon
from fablab.web.ground import access
from fablab.web.ground.ways import way

DAYS = 7


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours of one kind."""

    kind: Kind
    column: int
    """Where they begin."""
    span: int
    """How many columns they have."""
    cells: list[Cell]

    @property
    def is_taken(self) -> bool:
        """They are reservations."""
        return self.kind is Kind.BOOKED or self.kind is Kind.MINE


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a calendar: a machine on a day."""

    key: str
    title: str
    resource: Resource
    page: str
    """Where the machine's page is."""
    sheet: str
    """Where a slot's sheet is, up to its start."""
    runs: list[Run]
    standing: Standing | None = None

    @property
    def free(self) -> list[Cell]:
        """The slots to choose from."""
        return [cell for run in self.runs if run.kind is Kind.FREE for cell in run.cells]

    @property
    def taken(self) -> list[Cell]:
        """The reservations, for those who read instead of look."""
        return [cell for run in self.runs if run.is_taken for cell in run.cells]


@dataclass(frozen=True, slots=True)
class Table:
    """A calendar: its hours and its rows."""

    site: Site
    heads: list[Head]
    rows: list[Row]
    columns: int
    step: int
    """Minutes of a column."""
    is_week: bool = False

    @property
    def has_now(self) -> bool:
        """One of its columns is going on."""
        return any(cell.is_now for row in self.rows for cell in row.free)

    @property
    def is_closed(self) -> bool:
        """Nothing is open and nothing is reserved."""
        return self.columns == 0


def day_tables(actor: Actor, day: date, site_id: int | None, now: datetime) -> list[Table]:
    """The machines of each site on a day; sites on the same clock share their hours, so that they align."""
    session = db.session()
    resources = catalog.resources(session, site_id=site_id)
    places = sorted({row.site for row in resources}, key=lambda site: site.name)
    if not places:
        return []
    days = [day_of(day, site.zone) for site in places]
    whole = Period(min(part.start for part in days), max(part.end for part in days))
    ahead, then = free_time.availabilities(session, resources, [horizon(now), whole], now, access.levels())
    found = {standing.resource.id: standing for standing in standings_as(resources, ahead, now)}
    facts: dict[int, list[Availability]] = {site.id: [] for site in places}
    for item in then:
        facts[item.resource.site_id].append(item)
    names = _names(actor, [item for items in facts.values() for item in items])
    return [_day_table(actor, site, places, facts, found, names, day, now) for site in places]


def _day_table(
    actor: Actor,
    site: Site,
    places: Sequence[Site],
    facts: Mapping[int, list[Availability]],
    found: Mapping[int, Standing],
    names: Mapping[int, str],
    day: date,
    now: datetime,
) -> Table:
    zone = site.zone
    alike = [item for other in places if other.timezone == site.timezone for item in facts[other.id]]
    step = step_of(item.resource.slot_minutes for item in alike)
    touched = [part for item in alike for part in (*item.open, *(busy.period for busy in item.busy))]
    periods = columns_of(day_of(day, zone), touched, step, zone)
    columns = laid_out(periods, zone, now)
    rows, ways = [], _ways()
    for item in facts[site.id]:
        standing = found[item.resource.id]
        eyes = _eyes(actor, site.id, names, locked=bool(standing.missing))
        cells = cells_of(columns, item, eyes)
        thing = item.resource
        page, sheet = (thing.code.join(way) for way in ways)
        rows.append(Row(thing.code, thing.name, thing, page, sheet, _runs(cells), standing))
    return Table(site, heads_of(periods, zone), rows, len(periods), step)


def week_table(actor: Actor | None, resource: Resource, first: date, now: datetime) -> Table:
    """A machine's next days from `first` on; columns are the wall clock's, cells carry instants."""
    session = db.session()
    site, zone = resource.site, resource.site.zone
    days = [first + timedelta(days=number) for number in range(DAYS)]
    whole = Period(day_of(days[0], zone).start, day_of(days[-1], zone).end)
    step = step_of([resource.slot_minutes])
    facts = free_time.availability(session, [resource], whole, now, access.levels())[0]
    touched = [*facts.open, *(item.period for item in facts.busy)]
    minutes = week_minutes(touched, [day_of(day, zone) for day in days], step, zone)
    names = _names(actor, [facts]) if actor else {}
    eyes = _eyes(actor, site.id, names, locked=bool(missing_for_viewer([resource], now)[resource.id]))
    rows, (page, sheet) = [], (resource.code.join(way) for way in _ways())
    for day in days:
        columns = laid_out(columns_on(day, minutes, step, zone), zone, now)
        rows.append(Row(day.isoformat(), show_day(day), resource, page, sheet, _runs(cells_of(columns, facts, eyes))))
    return Table(site, week_heads(minutes), rows, len(minutes), step, is_week=True)


def _ways() -> tuple[tuple[str, str], tuple[str, str]]:
    """Where machines' pages are, and their sheets up to a slot's start."""
    return way("machine.page", "code"), way("sheet.page", "code", start="")


def _runs(cells: Iterable[Cell]) -> list[Run]:
    found = []
    for kind, group in groupby(cells, key=attrgetter("kind")):
        alike = list(group)
        first, last = alike[0], alike[-1]
        found.append(Run(kind, first.column, last.column + last.span - first.column, alike))
    return found


def _eyes(actor: Actor | None, site_id: int, names: Mapping[int, str], *, locked: bool) -> Eyes:
    if actor is None:
        return Eyes(member_id=None, names={}, locked=False)
    sees = actor.may_at_site(Role.TRAINER, site_id)
    may_open = actor.may_at_site(Role.FABMANAGER, site_id)
    return Eyes(member_id=actor.member_id, names=names if sees else {}, may_open=may_open, locked=locked)


def _names(actor: Actor, facts: list[Availability]) -> dict[int, str]:
    """The names that staff see, of those who reserved at their sites."""
    seen = [item for item in facts if actor.may_at_site(Role.TRAINER, item.resource.site_id)]
    people = {busy.member_id for item in seen for busy in item.busy}
    return members.names_of(db.session(), people) if people else {}
