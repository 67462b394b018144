"""Making a draw: people come in an order that chance decides, and each has the dearest wish that can still be had,
before anybody has a second one.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.booking import claiming, services
from fablab.booking.draws import queries
from fablab.booking.draws.entering import wish_of
from fablab.booking.models import Draw, DrawEntry, EntryState, Reservation
from fablab.booking.several import locking, steps
from fablab.booking.signals import drawn
from fablab.members import queries as members


def order_of(seed: str, member_ids: Iterable[int]) -> list[int]:
    """In which order people come: by the SHA-256 of the seed and their number, so that anybody can reckon it anew."""
    return sorted(set(member_ids), key=lambda key: sha256(f"{seed}:{key}".encode()).hexdigest())


def draw(session: Session, site_id: int, draws_at: datetime, seed: str, now: datetime) -> Draw | None:
    """Make a draw whose hour has come; `seed` is chance. None where nobody takes part; twice equals once."""
    taking = claiming.lock(session, {row.resource_id for row in queries.open_at(session, site_id, draws_at)})
    seen = queries.open_at(session, site_id, draws_at)
    locking.for_members(session, taking, {row.member_id for row in seen}, {row.account_id for row in seen})
    # Whoever took a wish back, or wished at the last moment, has done so by now.
    entries = [row for row in queries.open_at(session, site_id, draws_at) if row.resource_id in taking.rows]
    known = session.scalar(select(Draw).where(Draw.site_id == site_id, Draw.draws_at == draws_at))
    if not entries or draws_at > now:
        return known
    seed = known.seed if known else seed
    _grant(session, entries, seed, now)
    made = known or Draw(site_id=site_id, draws_at=draws_at, drawn_at=now, seed=seed, wishes=0, people=0, granted=0)
    made.wishes += len(entries)
    made.people += len({row.member_id for row in entries})
    made.granted += sum(row.state == EntryState.WON for row in entries)
    session.add(made)
    session.flush()
    drawn.send(None, session=session, draw=made, entries=entries, now=now)
    return made


def _grant(session: Session, entries: list[DrawEntry], seed: str, now: datetime) -> None:
    """Round by round, each their dearest wish that is left."""
    left: dict[int, list[DrawEntry]] = defaultdict(list)
    for row in entries:
        left[row.member_id].append(row)
    won: dict[int, int] = defaultdict(int)
    order = order_of(seed, left)
    while any(left.values()):
        for key in order:
            while left[key]:
                row = left[key].pop(0)
                made = _book(session, row, now) if won[key] < row.wins else None
                row.settled_at, row.state = now, EntryState.WON if made else EntryState.LOST
                row.reservation_id = made.id if made else None
                session.flush()
                if made is not None:
                    won[key] += 1
                    break


def _book(session: Session, row: DrawEntry, now: datetime) -> Reservation | None:
    asker = members.actor(session, row.member_id)
    made, _reasons = steps.tried(session, lambda: services.book(session, asker, wish_of(row), now, is_promised=True))
    return made
