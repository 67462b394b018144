"""Whether the books are right afterwards: what the database says of claims, of reservations and of rules."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from fablab.booking.models import Claim, Nature, Reservation, ReservationState
from fablab.catalog.models import Resource
from tests.soak.lab import BUFFER, IN_ROOM, PER_DAY, Scene

OVERLAPS = """
    SELECT count(*) FROM (
        SELECT occupied_from, max(occupied_to) OVER (
            PARTITION BY resource_id, place ORDER BY occupied_from, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS until FROM claims WHERE active
    ) AS one WHERE until > occupied_from
"""
UNHELD = """
    SELECT count(*) FROM claims c JOIN reservations r ON r.id = c.reservation_id
    WHERE c.active AND r.state = 'cancelled' AND r.offered_until IS NULL
"""
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Books:
    """How often something is wrong; all are to be 0."""

    overlaps: int
    unheld: int
    """Claims that keep a place although their reservation was given back."""
    mismatches: int
    """Reservations whose claims are not what they take: other places, or another time."""
    quotas: int
    capacity: int
    held: int
    """Reservations that stand; of these there should be many."""


def check(engine: Engine, scene: Scene) -> Books:
    """Read everything once."""
    with Session(engine) as session:
        overlaps, unheld = (session.scalar(text(sql)) or 0 for sql in (OVERLAPS, UNHELD))
        rows = list(session.scalars(select(Reservation).where(Reservation.state == ReservationState.BOOKED)))
        claims: dict[int, list[Claim]] = defaultdict(list)
        for claim in session.scalars(select(Claim).where(Claim.active)):
            claims[claim.reservation_id].append(claim)
        sizes = {row.id: row.places for row in session.scalars(select(Resource))}
        wrong = sum(not fits(row, claims[row.id], scene, sizes) for row in rows)
        return Books(overlaps, unheld, wrong, sum(quotas(rows, scene)), crowded(rows, scene), len(rows))


def fits(row: Reservation, held: list[Claim], scene: Scene, sizes: dict[int, int]) -> bool:
    """Tell whether a reservation's claims are what it takes, for all of its time."""
    wanted = {row.resource_id: row.places}
    wanted |= {key: sizes[key] for key in scene.bundles.get(row.resource_id, {})}
    after = timedelta(minutes=BUFFER if row.resource_id == scene.cast.laser else 0)
    # Who left early gave back what was kept free after them, too.
    ends = row.ends_at if row.version > 1 else row.ends_at + after
    covered = all(claim.occupied_from <= row.starts_at and claim.occupied_to >= ends for claim in held)
    return covered and Counter(claim.resource_id for claim in held) == wanted


def quotas(rows: list[Reservation], scene: Scene) -> Iterator[int]:
    """How many reservations of the printer each has too many on a day."""
    own = [row for row in rows if row.resource_id == scene.cast.printer and row.nature == Nature.MEMBER]
    days = Counter((row.member_id, row.starts_at.astimezone(PARIS).date()) for row in own)
    return (count - PER_DAY for count in days.values() if count > PER_DAY)


def crowded(rows: list[Reservation], scene: Scene) -> int:
    """At how many starts there are more people in the rooms than may be, of those whom the rule counts."""
    there = [row for row in rows if row.resource_id in (scene.desks, *scene.rooms)]
    moments: list[tuple[datetime, int, Reservation]] = []
    for row in there:
        moments += [(row.starts_at, 1, row), (row.ends_at, 0, row)]
    count = wrong = 0
    for _moment, comes, row in sorted(moments, key=lambda item: item[:2]):
        count += row.places if comes else -row.places
        wrong += bool(comes) and count > IN_ROOM and row.nature == Nature.MEMBER
    return wrong
