"""What the form of a waiting list was asked for, by its link or by its fields."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from fablab.booking.queue.joining import WaitCard
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.sites import queries as sites
from fablab.web.calendar.offers import Choice
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.months import lab_zone

RESOURCE, CATEGORY = "r", "c"
"""What stands before the number of a resource, or of a category and a site, in a choice."""
MORNING, EVENING = 9, 20
"""The hours of a day that is asked for as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form says: as it is typed, so that nothing is lost."""

    what: str
    day: str
    begins: str
    ends: str
    minutes: int
    places: int = 1
    guests: int = 0
    job: str = ""
    payer: str = ""
    for_whom: str = ""

    def card(self) -> WaitCard:
        """The wish that is meant.

        Raises:
            Refused: a time that the clock does not show.
            NotFound: there is no such resource, or no such ward.
            BadRequest: what no form sends.
        """
        resource_id, category_id, site_id = self.place()
        zone = zone_of(resource_id, site_id)
        on = date.fromisoformat(self.day)
        start = inputs.wall_time(on, self.begins, zone)
        later = on + timedelta(days=1) if self.ends <= self.begins else on
        end = inputs.wall_time(later, self.ends, zone)
        if start >= end:
            raise Refused.because("ends_before_start", _("It ends before it begins."))
        account_id, project_id = pickers.payer(self.payer)
        ward = pickers.ward_chosen(self.for_whom) if self.for_whom else None
        return WaitCard(
            member_id=ward.id if ward else access.actor().member_id,
            within=Period(start, end),
            minutes=self.minutes,
            resource_id=resource_id,
            category_id=category_id,
            site_id=site_id,
            places=self.places,
            guests=self.guests,
            job=self.job,
            account_id=account_id,
            project_id=project_id,
        )

    def place(self) -> tuple[int | None, int | None, int | None]:
        """The resource; or the category, and the site if it is not anywhere."""
        kind, _separator, rest = self.what.partition("-")
        number, _separator, site = rest.partition("-")
        if kind == RESOURCE:
            return inputs.row_id(number), None, None
        if kind == CATEGORY:
            return None, inputs.row_id(number), inputs.row_id(site)
        raise BadRequest(_("“%(text)s” is not a number of ours.", text=self.what[:40]))


def asked(fields: MultiDict[str, str], now: datetime) -> Asked:
    """What a link or a form asks for; a link says when by an instant, a form by a day and two times."""
    what = fields.get("what") or _first()
    resource_id, _category_id, site_id = Asked(what=what, day="", begins="", ends="", minutes=60).place()
    zone = zone_of(resource_id, site_id)
    minutes = inputs.minutes(fields.get("minutes"), 60)
    begins, ends = _bounds(fields, minutes, zone, now)
    return Asked(
        what=what,
        day=inputs.day(fields.get("day"), begins.date()).isoformat(),
        begins=_clock(fields.get("begins")) or f"{begins:%H:%M}",
        ends=_clock(fields.get("ends")) or f"{ends:%H:%M}",
        minutes=minutes,
        places=inputs.count(fields.get("places")),
        guests=inputs.whole(fields.get("guests")),
        job=(fields.get("job") or "").strip()[:60],
        payer=fields.get("payer") or "",
        for_whom=(fields.get("for_whom") or "")[:20],
    )


def choices(chosen: str) -> list[tuple[str, list[Choice]]]:
    """What one may wait for: any of a category, then each resource; by site."""
    everything = catalog.resources(db.session())
    places = {row.site_id: row.site.name for row in sorted(everything, key=lambda row: row.site.name)}
    kinds = {row.category_id: row.category.name for row in everything}
    found = []
    if len(places) > 1:
        anywhere = [(f"{CATEGORY}-{key}", _("Any: %(category)s", category=name)) for key, name in kinds.items()]
        found.append((_("In the whole network"), _chosen(anywhere, chosen)))
    for site_id, name in places.items():
        here = [row for row in everything if row.site_id == site_id]
        alike = {row.category_id: _counted(here, row) for row in here}
        any_of = [
            (f"{CATEGORY}-{key}-{site_id}", _("Any: %(category)s", category=kinds[key]))
            for key, count in alike.items()
            if count > 1
        ]
        single = [(f"{RESOURCE}-{row.id}", row.name) for row in here]
        found.append((name, _chosen([*any_of, *single], chosen)))
    return found


def most_places() -> int:
    """The most places of any resource."""
    return max((row.places for row in catalog.resources(db.session())), default=1)


def zone_of(resource_id: int | None, site_id: int | None) -> ZoneInfo:
    """The clock of a wish's place; the lab's where that is anywhere."""
    if resource_id is not None:
        return catalog.resource(db.session(), resource_id).site.zone
    return sites.site(db.session(), site_id).zone if site_id is not None else lab_zone()


def _chosen(values: list[tuple[str, str]], chosen: str) -> list[Choice]:
    return [Choice(value, label, "", value == chosen) for value, label in values]


def _counted(rows: list[Resource], one: Resource) -> int:
    return sum(row.category_id == one.category_id for row in rows)


def _first() -> str:
    rows = catalog.resources(db.session())
    return f"{RESOURCE}-{rows[0].id}" if rows else f"{CATEGORY}-1"


def _clock(text: str | None) -> str:
    return (text or "")[:5]


def _bounds(fields: MultiDict[str, str], minutes: int, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """The window of a link on the wall clock: the time that was wanted, or else what is left of a day."""
    if fields.get("start"):
        start = inputs.instant(fields["start"])
        return start.astimezone(zone), (start + timedelta(minutes=minutes)).astimezone(zone)
    first = (now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(zone)
    if inputs.day(fields.get("day"), first.date()) != first.date():
        first = first.replace(hour=MORNING)
    last = first.replace(hour=EVENING) if first.hour < EVENING else first.replace(hour=23, minute=59)
    return first, last
