"""The next free one anywhere: resources of a category at every site, in the order in which a member can have them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template, request

from fablab.booking import free_time
from fablab.booking.free import first_fit
from fablab.catalog import queries as catalog
from fablab.catalog.models import Category, Resource
from fablab.core import clock
from fablab.core.db import db
from fablab.core.period import Period
from fablab.training.queries import Needed
from fablab.web.calendar import floor, offers
from fablab.web.ground import access, inputs

screen = Blueprint("free", __name__)
AHEAD = timedelta(days=7)
LENGTHS = (30, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class Offer:
    """A resource, and the first time at which the member can have it for as long as they want."""

    resource: Resource
    period: Period | None
    is_now: bool
    missing: tuple[Needed, ...]
    start: str
    """What the link to the booking sheet carries."""

    @property
    def order(self) -> tuple[bool, bool, datetime, str, str]:
        """What can be had comes first, then what needs a training, then what cannot be had; each the soonest first."""
        start = self.period.start if self.period else datetime.max.replace(tzinfo=UTC)
        return (self.period is None, bool(self.missing), start, self.resource.site.name, self.resource.name)


@screen.get("/free")
def page() -> str:
    """What is free next of a category, for so long, and so many places of it."""
    now = clock.now().replace(second=0, microsecond=0)
    everything = catalog.resources(db.session())
    kinds = list({row.category_id: row.category for row in everything}.values())
    chosen = _chosen(kinds, inputs.row_id(request.args.get("category")))
    minutes, places = inputs.minutes(request.args.get("minutes"), 60), inputs.count(request.args.get("places"))
    alike = [row for row in everything if chosen is not None and row.category_id == chosen.id]
    fitting = [row for row in alike if row.places >= places]
    return render_template(
        "free/page.html",
        categories=kinds,
        chosen=chosen,
        minutes=minutes,
        lengths=sorted({*LENGTHS, minutes}),
        places=places,
        most_places=max((row.places for row in alike), default=1),
        offers=sorted(_offers(fitting, minutes, places, now), key=lambda offer: offer.order),
        days=AHEAD.days,
    )


def _chosen(kinds: list[Category], category_id: int | None) -> Category | None:
    return next((row for row in kinds if row.id == category_id), None)


def _offers(resources: list[Resource], minutes: int, places: int, now: datetime) -> list[Offer]:
    """One for each resource, in a fixed number of statements."""
    if not resources:
        return []
    missing = floor.missing_for_viewer(resources, now)
    within, length = Period(now, now + AHEAD), timedelta(minutes=minutes)
    found = []
    for item in free_time.availability(db.session(), resources, within, now, access.levels(), places=places):
        start = first_fit(item.free, length, now)
        period = Period(start, start + length) if start else None
        value = offers.NOW if start == now else start.strftime("%Y-%m-%dT%H:%M:%SZ") if start else ""
        found.append(Offer(item.resource, period, start == now, missing[item.resource.id], value))
    return found
