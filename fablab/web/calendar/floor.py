"""The machines as they stand now: what the home page, the wall and a machine's own page show of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask_login import current_user

from fablab.booking import free_time
from fablab.booking.free_time import Availability
from fablab.catalog.models import Resource
from fablab.core.db import db
from fablab.sites.models import Site
from fablab.training import queries as training
from fablab.training.queries import Needed
from fablab.usage import queries as usage
from fablab.web.calendar.states import Look, State, horizon, state_of
from fablab.web.ground import access


@dataclass(frozen=True, slots=True)
class Standing:
    """A machine, what it does now, and which certificates the person who looks lacks for it."""

    resource: Resource
    state: State
    missing: tuple[Needed, ...] = ()

    @property
    def can_be_had(self) -> bool:
        """Free now, to this person."""
        return self.state.look == Look.FREE and not self.missing


def standings(resources: list[Resource], now: datetime) -> list[Standing]:
    """Each of these machines as it stands, in a fixed number of statements."""
    return standings_as(
        resources, free_time.availability(db.session(), resources, horizon(now), now, access.levels()), now
    )


def standings_as(resources: list[Resource], ahead: Iterable[Availability], now: datetime) -> list[Standing]:
    """The same for those who know already when they are free from now on, up to the `horizon`."""
    lives = usage.live_states(db.session(), [row.id for row in resources])
    lacks = missing_for_viewer(resources, now)
    return [
        Standing(
            item.resource, state_of(item.resource, lives.get(item.resource.id), item, now), lacks[item.resource.id]
        )
        for item in ahead
    ]


def missing_for_viewer(resources: list[Resource], now: datetime) -> dict[int, tuple[Needed, ...]]:
    """The certificates that the person who is signed in lacks for each machine; none for a visitor."""
    if not current_user.is_authenticated:
        return {row.id: () for row in resources}
    session = db.session()
    held = training.held_by(session, current_user.id, now)
    needed = training.needed_for(session, resources)
    return {key: tuple(course for course in courses if course.id not in held) for key, courses in needed.items()}


def by_site(found: Iterable[Standing]) -> list[tuple[Site, list[Standing]]]:
    """The machines of each site together, the sites by name."""
    ordered = sorted(found, key=lambda item: (item.resource.site.name, item.resource.site_id))
    return [(items[0].resource.site, items) for _, group in groupby(ordered, _site_id) if (items := list(group))]


def _site_id(item: Standing) -> int:
    return item.resource.site_id
