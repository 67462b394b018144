"""Taking places: which resources a reservation takes, which of their places are free, and the claims on them."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fablab.booking import free_time
from fablab.booking.models import Claim, Reservation
from fablab.catalog import queries as catalog
from fablab.catalog.bundle import Link, bundle, reached
from fablab.catalog.models import Resource
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Conflict


@dataclass(frozen=True, slots=True)
class Chosen:
    """The places that a wish would take, and what of it cannot be had."""

    places: dict[int, list[int]]
    is_free: bool
    lacking: list[str]
    """The names of what it needs besides and cannot have."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Some resources with all that their reservations take besides."""

    rows: dict[int, Resource]
    links: Sequence[Link]

    def resource(self, resource_id: int) -> Resource:
        """One of the resources; NotFound if it is none."""
        if resource_id not in self.rows:
            raise NotFound(f"resource {resource_id}")
        return self.rows[resource_id]

    def choose(
        self,
        session: Session,
        resource_id: int,
        places: int,
        period: Period,
        now: datetime,
        apart_from: Container[int] = (),
    ) -> Chosen:
        """The lowest places that are free for the whole period, of the resource and of all that it takes besides; what
        the reservations `apart_from` hold counts as free.
        """
        sizes = {key: row.places for key, row in self.rows.items()}
        wanted = bundle(resource_id, places, self.links, sizes)
        taken: dict[int, set[int]] = {key: set() for key in wanted}
        for item in free_time.busy(session, wanted, period):
            if item.reservation_id not in apart_from:
                taken[item.resource_id].add(item.place)
        found: dict[int, list[int]] = {}
        lacking = []
        for key, count in wanted.items():
            row = self.rows[key]
            free = [place for place in range(1, row.places + 1) if place not in taken[key]]
            found[key] = free[:count]
            is_out = key != resource_id and row.is_out_at(period.start, now)
            if (len(free) < count or is_out) and key != resource_id:
                lacking.append(row.name)
        return Chosen(found, len(found[resource_id]) == wanted[resource_id], lacking)


def lock(session: Session, resource_ids: Iterable[int]) -> Taking:
    """The resources and all that they take besides, locked in the order of their ids until the transaction ends.

    Raises:
        NotFound: one of them does not exist.
        Conflict: what they take besides was changed while we waited for the lock.
    """
    ids = list(resource_ids)
    wanted = reached(ids, catalog.links(session))
    rows = {row.id: row for row in catalog.lock_resources(session, sorted(wanted))}
    # Whoever changed the links locked these resources too.
    links = catalog.links(session)
    if reached(ids, links) != wanted:
        raise Conflict.because("stale", _("What goes with it was changed at this moment. Try again."))
    return Taking(rows, links)


def leading_to(session: Session, resource_ids: Iterable[int]) -> set[int]:
    """These resources, and all whose reservations take one of them besides."""
    back = [Link(link.other_id, link.resource_id, None) for link in catalog.links(session)]
    return reached(resource_ids, back)


def look(session: Session, resource_ids: Iterable[int]) -> Taking:
    """The same without a lock, for those who only look."""
    links = catalog.links(session)
    return Taking(catalog.resources_by_id(session, reached(resource_ids, links)), links)


def claim(session: Session, reservation: Reservation, chosen: Chosen, occupied: Period) -> None:
    """Take the chosen places for the reservation's time, and what is kept free around it.

    Raises:
        Conflict: somebody else was quicker.
    """
    session.add_all(
        Claim(
            reservation_id=reservation.id,
            resource_id=resource_id,
            place=place,
            occupied_from=occupied.start,
            occupied_to=occupied.end,
        )
        for resource_id, places in sorted(chosen.places.items())
        for place in places
    )
    try:
        session.flush()
    except IntegrityError as error:
        # The rule has looked already; the database's own constraint has the last word.
        raise Conflict.because("taken", _("Somebody was quicker. Choose another time or machine.")) from error


def release(session: Session, reservation: Reservation) -> None:
    """Give the reservation's places back."""
    for row in reservation.claims:
        row.active = False
    session.flush()


def release_from(session: Session, reservation: Reservation, now: datetime) -> None:
    """Give back what is left of the reservation's places from now on; what has gone by stays as it was."""
    for row in reservation.claims:
        if row.occupied_from >= now:
            row.active = False
        elif row.occupied_to > now:
            row.occupied_to = now
    session.flush()
