"""What the form of another time or machine says, what a key or a drag on the calendar says, and what would work."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for

from fablab.booking.models import Reservation
from fablab.booking.suggesting import Slot, what_would_work
from fablab.booking.wishes import wish_of
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.core.i18n import _, show_period
from fablab.core.period import AmbiguousTime, Period, boundary_of, instant_of
from fablab.core.refusals import Refused
from fablab.web.ground import inputs
from fablab.web.ground.filters import utc

SHORTEST = 5
FURTHEST = 7 * 1440
"""Nobody drags a reservation further than that, in minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form says: as it is typed, so that nothing is lost."""

    resource_id: int
    day: str
    start: str
    minutes: int
    version: int
    which: str = ""
    """Which of the two, where the clocks show the time twice."""
    job: str = ""
    """What for, and who comes along, where a rule asks for it that did not hold before."""
    companion: str = ""

    def period(self, resource: Resource) -> Period:
        """The time that is meant, on the clock of the resource's site; Refused for one that it does not show."""
        begins = inputs.wall_time(date.fromisoformat(self.day), self.start, resource.site.zone, self.which)
        return Period(begins, begins + timedelta(minutes=self.minutes))

    def is_twice(self, zone: ZoneInfo) -> bool:
        """Tell whether the clocks show the time twice on that day, so that the form asks which is meant."""
        try:
            instant_of(date.fromisoformat(self.day), time.fromisoformat(self.start), zone)
        except AmbiguousTime:
            return True
        except ValueError:
            return False
        return False


def present(found: Reservation, args: Mapping[str, str]) -> Asked:
    """What holds, or what the address suggests instead."""
    start = inputs.instant(args["start"]) if args.get("start") else found.starts_at
    asked = Asked(
        resource_id=inputs.row_id(args.get("resource")) or found.resource_id,
        day="",
        start="",
        minutes=inputs.minutes(args.get("minutes"), found.period.minutes),
        version=found.version,
    )
    return _at(asked, start, found.resource.site.zone)


def typed(found: Reservation, form: Mapping[str, str]) -> Asked:
    """What was typed into the form; a part of it that makes no sense is a bad request."""
    return Asked(
        resource_id=inputs.row_id(form.get("resource")) or found.resource_id,
        day=inputs.day(form.get("day"), found.starts_at.astimezone(found.resource.site.zone).date()).isoformat(),
        start=(form.get("start") or "")[:5],
        minutes=inputs.minutes(form.get("minutes"), found.period.minutes),
        version=inputs.row_id(form.get("version")) or 0,
        which=(form.get("which") or "")[:6],
        job=(form.get("job") or "").strip()[:60],
        companion=(form.get("companion") or "").strip()[:200],
    )


def nudged(found: Reservation, form: Mapping[str, str]) -> Asked:
    """What a key or a drag on the calendar means: so many slots or minutes later, so many longer, so many days later.

    Minutes are counted in UTC, days on the wall's clock.

    Raises:
        Refused: it would last less than nothing.
    """
    zone, slot = found.resource.site.zone, found.resource.slot_minutes
    later = _number(form, "slots") * slot + _number(form, "later")
    longer = _number(form, "longer_slots") * slot + _number(form, "longer")
    start = found.starts_at + timedelta(minutes=later)
    local = start.astimezone(zone)
    if days := _number(form, "days"):
        start = boundary_of(local.date() + timedelta(days=days), local.time().replace(fold=0), zone)
    minutes = found.period.minutes + longer
    if minutes < SHORTEST:
        raise Refused.because("too_short", _("It cannot become shorter. Give it back if you do not need it."))
    asked = Asked(
        resource_id=inputs.row_id(form.get("resource")) or found.resource_id,
        day="",
        start="",
        minutes=min(minutes, FURTHEST),
        version=inputs.row_id(form.get("version")) or 0,
    )
    return _at(asked, start, zone)


def alike(found: Reservation) -> list[Resource]:
    """The resources of the same category, those of its site first; the reservation's own among them."""
    rows = [row for row in catalog.resources(db.session()) if row.category_id == found.resource.category_id]
    if all(row.id != found.resource_id for row in rows):
        rows.append(found.resource)
    return sorted(rows, key=lambda row: (row.site_id != found.resource.site_id, row.name, row.id))


def would_work(found: Reservation, asked: Asked, now: datetime) -> list[tuple[str, str]]:
    """What would work instead of what was asked for: links that fill the form, and what each is called."""
    resource = next((row for row in alike(found) if row.id == asked.resource_id), None)
    if resource is None:
        return []
    try:
        period = asked.period(resource)
    except Refused:
        return []
    wish = replace(wish_of(found), resource_id=resource.id, period=period, job=asked.job or found.job)
    slots = what_would_work(db.session(), wish, now, apart_from=(found.id,))
    return [(_link(found, slot), _label(found, resource, slot)) for slot in slots]


def _at(asked: Asked, start: datetime, zone: ZoneInfo) -> Asked:
    """The same, from an instant on."""
    local = start.astimezone(zone)
    which = inputs.WHICH[local.fold]
    found = replace(asked, day=local.date().isoformat(), start=f"{local:%H:%M}", which=which)
    return found if found.is_twice(zone) else replace(found, which="")


def _number(form: Mapping[str, str], name: str) -> int:
    """A step of the calendar, forward or back; nought where it makes no sense."""
    text = form.get(name) or "0"
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        return 0
    return -int(digits) if text.startswith("-") else int(digits)


def _link(found: Reservation, slot: Slot) -> str:
    start, minutes = utc(slot.period.start), slot.period.minutes
    return url_for("moving.page", reservation_id=found.id, resource=slot.resource_id, start=start, minutes=minutes)


def _label(found: Reservation, wanted: Resource, slot: Slot) -> str:
    when = show_period(slot.period, found.resource.site.zone)
    if slot.resource_id == wanted.id:
        return when
    return " · ".join([slot.name, *([] if slot.site_id == found.resource.site_id else [slot.site]), when])
