"""Finding reservations by their number, or by words of whom they are for and of what is reserved."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking.models import Reservation
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.text import plain_of
from fablab.members.actor import Actor, Role
from fablab.members.models import Member
from fablab.sites import queries as sites

BACK = timedelta(days=31)
"""How far into the past words are sought; a number is found however old it is."""
MOST = 200
"""How many are looked at, the latest first, before the nearest are chosen."""


def found(session: Session, actor: Actor, words: str, now: datetime, *, limit: int = 10) -> list[Reservation]:
    """Reservations at the sites where this person is a fabmanager: those to come first, then those just gone."""
    own = actor.sites_of(Role.FABMANAGER, [row.id for row in sites.sites(session)])
    wanted = words.strip().removeprefix("#")
    if not own or not wanted:
        return []
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        meant = [Reservation.id == int(wanted)]
    else:
        names = {row.id: plain_of(row.name) for row in catalog.resources(session, retired=True)}
        meant = [Reservation.ends_at > now - BACK, *(_said(word, names) for word in plain_of(words).split())]
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .join(Member, Member.id == Reservation.member_id)
        .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(Resource.site_id.in_(own), Reservation.offered_until.is_(None), *meant)
        .order_by(Reservation.starts_at.desc())
        .limit(MOST)
    )
    rows = session.scalars(query).all()
    return sorted(rows, key=lambda row: (row.ends_at <= now, abs(row.starts_at - now)))[:limit]


def _said(word: str, names: dict[int, str]) -> ColumnElement[bool]:
    """The word is in the name of the person, or of what is reserved, whatever its accents."""
    called = [key for key, name in names.items() if word in name]
    return or_(Member.name_key.contains(word, autoescape=True), Reservation.resource_id.in_(called))
