"""Appointments with advisers, and what came of them: for the adviser and for staff of the site only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import queries
from fablab.booking.models import Outcome, Reservation, ReservationState
from fablab.catalog.models import Category, CategoryKind, Resource
from fablab.core.errors import Forbidden
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members.actor import Actor
from fablab.members.models import Role
from fablab.sites import queries as sites

BACK = timedelta(days=90)
MOST = 300


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody writes about an appointment."""

    came: bool
    note: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A reservation of an adviser, and what came of it if that was noted."""

    reservation: Reservation
    outcome: Outcome | None


def may_note(actor: Actor, reservation: Reservation) -> bool:
    """Tell whether this is an appointment of whose outcome the person may read and write."""
    resource = reservation.resource
    if resource.category.kind != CategoryKind.ADVISER:
        return False
    return resource.adviser_id == actor.member_id or actor.may_at_site(Role.FABMANAGER, resource.site_id)


def reservation_opened_by(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """The reservation, if it is the person's own, of a site of theirs, or an appointment with them; else NotFound."""
    found = queries.reservation(session, reservation_id)
    return found if may_note(actor, found) else queries.reservation_seen_by(session, actor, reservation_id)


def outcome_of(session: Session, actor: Actor, reservation: Reservation) -> Outcome | None:
    """What came of an appointment; None for those who may not read it."""
    return session.get(Outcome, reservation.id) if may_note(actor, reservation) else None


def note_outcome(
    session: Session, actor: Actor, reservation_id: int, noted: Noted, version: int, now: datetime
) -> Outcome:
    """Write what came of an appointment; 0 is the version of what nobody has written yet.

    Raises:
        NotFound: the person may not see the reservation.
        Forbidden: it is theirs, but they are neither the adviser nor staff there.
        Refused: it has not begun, or was cancelled.
        Conflict: somebody else wrote meanwhile.
    """
    reservation = reservation_opened_by(session, actor, reservation_id)
    if not may_note(actor, reservation):
        raise Forbidden(f"outcome of reservation {reservation_id}")
    # Two who write the first note at once wait here for each other.
    session.scalar(select(Reservation.id).where(Reservation.id == reservation_id).with_for_update(key_share=True))
    if reservation.state == ReservationState.CANCELLED:
        raise Refused.because("cancelled", _("This appointment was cancelled; nothing came of it."))
    if reservation.starts_at > now:
        raise Refused.because("early", _("It has not begun yet. Note what came of it afterwards."))
    row = session.get(Outcome, reservation_id, populate_existing=True)
    check_version(row.version if row else 0, version)
    if row is None:
        row = Outcome(reservation_id=reservation_id, version=0)
        session.add(row)
    row.came, row.note, row.next_step = noted.came, lines_of(noted.note), line_of(noted.next_step)
    row.noted_at, row.noted_by_id = now, actor.member_id
    row.version += 1
    session.flush()
    return row


def is_adviser(session: Session, member_id: int) -> bool:
    """Tell whether the person is somebody's adviser."""
    query = select(Resource.id).join(Category).where(Resource.adviser_id == member_id)
    return session.scalar(query.where(Category.kind == CategoryKind.ADVISER).limit(1)) is not None


def appointments(session: Session, actor: Actor, now: datetime) -> list[Appointment]:
    """The appointments with the person, and those of their sites as a fabmanager: of the last 90 days and to come.

    Raises:
        Forbidden: neither an adviser nor a fabmanager.
    """
    if not actor.may_anywhere(Role.FABMANAGER) and not is_adviser(session, actor.member_id):
        raise Forbidden("appointments")
    own = actor.sites_of(Role.FABMANAGER, [row.id for row in sites.sites(session)])
    query = (
        select(Reservation, Outcome)
        .join(Resource, Resource.id == Reservation.resource_id)
        .join(Category, Category.id == Resource.category_id)
        .outerjoin(Outcome, Outcome.reservation_id == Reservation.id)
        .options(joinedload(Reservation.member), joinedload(Reservation.resource).joinedload(Resource.site))
        .where(
            Category.kind == CategoryKind.ADVISER,
            or_(Resource.adviser_id == actor.member_id, Resource.site_id.in_(own)),
            Reservation.state != ReservationState.CANCELLED,
            Reservation.starts_at > now - BACK,
        )
        .order_by(Reservation.starts_at, Reservation.id)
        .limit(MOST)
    )
    return [Appointment(row, outcome) for row, outcome in session.execute(query)]
