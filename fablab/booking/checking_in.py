"""Saying that one is there; and what becomes of a reservation to which nobody came, where the lab's rules ask for it.

Whoever checks in, gives back, starts the machine or releases locks the resource first, and then looks again: what two
do at one moment happens one after the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from fablab.booking import lateness, no_shows, queries, terms
from fablab.booking.giving_back import give_back
from fablab.booking.models import Nature, Reservation, ReservationState, ReviewState
from fablab.booking.rules.terms import CheckIn
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.i18n import _, show_moment, show_time, use_locale
from fablab.core.period import day_of
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.actor import Actor, Role
from fablab.sites import queries as sites

USUAL = CheckIn()
"""From when on somebody may check in where no rule says so."""
LONGEST = timedelta(days=31)
AHEAD = timedelta(hours=12)
MOST = 200


@dataclass(frozen=True, slots=True)
class Window:
    """From when on somebody may check in, and until when before it is given to others."""

    opens_at: datetime
    closes_at: datetime


def window_of(session: Session, row: Reservation, now: datetime) -> Window | None:
    """When somebody has to check in; None where no rule asks for it, or where they are there already."""
    if not terms.is_standing(row, now) or row.checked_in_at is not None or row.started_at is not None:
        return None
    held = terms.check_in_of(session, row, now)
    if held is None or row.review == ReviewState.ASKED:
        return None
    opens_at = row.starts_at - timedelta(minutes=held.before_minutes)
    return Window(opens_at, row.starts_at + timedelta(minutes=held.grace_minutes))


def check_in(session: Session, actor: Actor, reservation_id: int, now: datetime) -> Reservation:
    """Say that they are there: the person, who answers for them, or hosts of the site. Twice equals once.

    Raises:
        NotFound: it is neither the person's own nor at a site where they are a host.
        Refused: it is over, was given to others, waits for approval, or begins much later.
    """
    row = queries.reservation_met_by(session, actor, reservation_id)
    catalog.lock_resources(session, [row.resource_id])
    session.refresh(row)
    if row.checked_in_at is not None and row.state == ReservationState.BOOKED:
        return row
    reason = _reason_against(session, row, now)
    if reason is not None:
        raise reason
    row.checked_in_at = now
    session.flush()
    return row


def check_in_at(session: Session, member_id: int, site_id: int, now: datetime) -> list[Reservation]:
    """Say that somebody is there who shows themselves at a site: for all that they may check in to now."""
    found = []
    for row in open_at(session, member_id, site_id, now):
        try:
            found.append(check_in(session, Actor(member_id), row.id, now))
        except Refused:
            continue  # It was given to others at this moment; they are welcome all the same.
    return found


def open_at(session: Session, member_id: int, site_id: int, now: datetime) -> list[Reservation]:
    """What somebody has at a site to which they may check in now."""
    query = _waiting(now, AHEAD).where(Reservation.member_id == member_id, Resource.site_id == site_id)
    found = [(row, window_of(session, row, now)) for row in session.scalars(query.order_by(Reservation.resource_id))]
    return [row for row, window in found if window is not None and window.opens_at <= now]


def own_on(session: Session, actor: Actor, resource_id: int, now: datetime) -> Reservation | None:
    """The person's own reservation of a resource to which they may check in now."""
    query = _waiting(now, AHEAD).where(Reservation.member_id == actor.member_id)
    for row in session.scalars(query.where(Reservation.resource_id == resource_id).order_by(Reservation.starts_at)):
        window = window_of(session, row, now)
        if window is not None and window.opens_at <= now:
            return row
    return None


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is expected for what; until when they have to check in, None where they need not or are there."""

    reservation: Reservation
    window: Window | None


def expected(session: Session, actor: Actor, now: datetime) -> list[Expected]:
    """Today's members' reservations at the sites where somebody is a host, those that are not over, in order.

    Raises:
        Forbidden: a host nowhere.
    """
    actor.needs_anywhere(Role.HOST)
    own = [row for row in sites.sites(session) if actor.may_at_site(Role.HOST, row.id)]
    found: list[Reservation] = []
    for site in own:
        today = day_of(now.astimezone(site.zone).date(), site.zone)
        found += session.scalars(
            select(Reservation)
            .join(Reservation.resource)
            .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
            .where(
                Resource.site_id == site.id,
                Reservation.state == ReservationState.BOOKED,
                Reservation.nature == Nature.MEMBER,
                Reservation.starts_at < today.end,
                Reservation.starts_at > today.start - LONGEST,
                Reservation.ends_at > now,
            )
            .order_by(Reservation.starts_at, Reservation.id)
            .limit(MOST)
        ).all()
    found.sort(key=lambda row: (row.starts_at, row.id))
    return [Expected(row, window_of(session, row, now)) for row in found]


def overdue(session: Session, now: datetime, since: datetime | None = None) -> list[int]:
    """The reservations to which nobody came in time; `since` as for `release`."""
    rows = session.scalars(_waiting(now, timedelta(0)).order_by(Reservation.starts_at, Reservation.id).limit(MOST))
    return [row.id for row in rows if _is_overdue(session, row, now, since)]


def release(session: Session, reservation_id: int, now: datetime, since: datetime | None = None) -> bool:
    """Give the rest of a reservation's time to others if nobody came in time; returns whether it was. `since` is from
    when on the lab has been there to check in at: nobody is late because it was not.
    """
    row = queries.reservation(session, reservation_id)
    catalog.lock_resources(session, [row.resource_id])
    session.refresh(row)
    held = terms.check_in_of(session, row, now)
    if held is None or not _is_overdue(session, row, now, since):
        return False
    if held.is_missed and lateness.could_be_used(session, row, now):
        no_shows.miss(session, row, None, now)
        return True
    closed_at = show_time(row.starts_at + timedelta(minutes=held.grace_minutes), row.resource.site.zone)
    with use_locale(members.member(session, row.member_id).locale):
        reason = _("Nobody had checked in by %(time)s, so the time was given to others.", time=closed_at)
    give_back(session, row, None, now, reason=reason)
    return True


def _is_overdue(session: Session, row: Reservation, now: datetime, since: datetime | None) -> bool:
    window = window_of(session, row, now)
    if window is None:
        return False
    grace = window.closes_at - row.starts_at
    return now >= max(row.starts_at, since or row.starts_at) + grace


def _waiting(now: datetime, ahead: timedelta) -> Select[Reservation]:
    """Reservations that keep terms, have begun or begin soon, and whose people have not shown themselves."""
    return (
        select(Reservation)
        .join(Reservation.resource)
        .options(contains_eager(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Reservation.state == ReservationState.BOOKED,
            Reservation.starts_at <= now + ahead,
            Reservation.starts_at > now - LONGEST,
            Reservation.ends_at > now,
            Reservation.started_at.is_(None),
            Reservation.checked_in_at.is_(None),
            Reservation.terms.is_not(None),
        )
    )


def _reason_against(session: Session, row: Reservation, now: datetime) -> Refused | None:
    zone = row.resource.site.zone
    if row.state == ReservationState.NO_SHOW:
        return Refused.because("missed", _("Nobody came in time, so it was given to others. Ask staff."))
    if not terms.is_standing(row, now):
        return Refused.because("over", _("This reservation is over or was cancelled."))
    if row.review == ReviewState.ASKED:
        return Refused.because("review", _("Staff have still to approve it."))
    held = terms.check_in_of(session, row, now) or USUAL
    opens_at = row.starts_at - timedelta(minutes=held.before_minutes)
    if now < opens_at:
        text = _("You can check in from %(when)s on.", when=show_moment(opens_at, zone))
        return Refused.because("early", text)
    return None
