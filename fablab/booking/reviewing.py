"""Requests: reservations that staff approve first. Until then a request keeps its time; undecided it is given back."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.booking import lateness, queries, staff, terms
from fablab.booking.giving_back import give_back
from fablab.booking.models import Reservation, ReservationState, ReviewState
from fablab.booking.signals import reviewed
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core import audit
from fablab.core.i18n import _, use_locale
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import lines_of
from fablab.core.versions import check_version
from fablab.members import queries as members
from fablab.members.actor import Actor, Role
from fablab.sites import queries as sites

MOST = 200


def requests(session: Session, actor: Actor, now: datetime) -> list[Reservation]:
    """What waits for approval at the sites where somebody is a fabmanager, the most urgent first.

    Raises:
        Forbidden: a fabmanager nowhere.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    own = actor.sites_of(Role.FABMANAGER, [row.id for row in sites.sites(session)])
    query = (
        select(Reservation)
        .join(Reservation.resource)
        .options(joinedload(Reservation.resource).joinedload(Resource.site), joinedload(Reservation.member))
        .where(
            Reservation.review == ReviewState.ASKED,
            Reservation.state == ReservationState.BOOKED,
            Reservation.ends_at > now,
            Resource.site_id.in_(own),
        )
        .order_by(Reservation.review_by, Reservation.id)
        .limit(MOST)
    )
    return list(session.scalars(query))


def may_review(actor: Actor, row: Reservation, now: datetime) -> bool:
    """Tell whether somebody may decide about it now."""
    return staff.act_on(actor, row) and row.review == ReviewState.ASKED and terms.is_standing(row, now)


def approve(session: Session, actor: Actor, reservation_id: int, version: int, now: datetime) -> Reservation:
    """Grant a request. Approving twice equals once.

    Raises:
        NotFound: it is neither the person's own nor at a site of theirs.
        Forbidden: not a fabmanager of its site.
        Refused: it is over, nobody asked for it, or it is their own.
        Conflict: it was changed since it was read.
    """
    row = staff.locked(session, actor, reservation_id, "review")
    if row.review == ReviewState.APPROVED and row.state == ReservationState.BOOKED:
        return row
    _check(actor, row, version, now)
    _decide(session, actor, row, ReviewState.APPROVED, now)
    reviewed.send(None, session=session, reservation=row, now=now)
    return row


def decline(
    session: Session, actor: Actor, reservation_id: int, reason: str, version: int, now: datetime
) -> Reservation:
    """Refuse a request, and say why; its time is free again. Declining twice equals once.

    Raises:
        NotFound, Forbidden, Conflict: as above.
        Refused: as above, or no reason.
    """
    row = staff.locked(session, actor, reservation_id, "review")
    if row.review == ReviewState.DECLINED:
        return row
    words = lines_of(reason)
    _check(actor, row, version, now, *([] if words else [Refusal("reason_missing", _("Say why, so that they know."))]))
    _decide(session, actor, row, ReviewState.DECLINED, now)
    give_back(session, row, actor.member_id, now, reason=words)
    return row


def undecided(session: Session, now: datetime) -> list[int]:
    """The requests that nobody has decided in time, or before they begin."""
    query = select(Reservation.id).where(
        Reservation.review == ReviewState.ASKED,
        Reservation.state == ReservationState.BOOKED,
        Reservation.started_at.is_(None),
        or_(Reservation.review_by <= now, Reservation.starts_at <= now),
    )
    return list(session.scalars(query.order_by(Reservation.starts_at, Reservation.id).limit(MOST)))


def lapse(session: Session, reservation_id: int, now: datetime) -> bool:
    """Give back a request that nobody has decided in time; returns whether it was. One whose machine runs stays."""
    row = queries.reservation(session, reservation_id)
    catalog.lock_resources(session, [row.resource_id])
    session.refresh(row)
    until = min(row.starts_at, row.review_by or row.starts_at)
    waits = row.review == ReviewState.ASKED and row.state == ReservationState.BOOKED and row.started_at is None
    if not waits or now < until:
        return False
    row.review, row.reviewed_at = ReviewState.LAPSED, now
    with use_locale(members.member(session, row.member_id).locale):
        reason = _("Nobody could decide about it in time.")
    give_back(session, row, None, now, reason=reason)
    return True


def _check(actor: Actor, row: Reservation, version: int, now: datetime, *more: Refusal) -> None:
    check_version(row.version, version)
    reasons = list(more)
    if not terms.is_standing(row, now):
        reasons.append(Refusal("over", _("This reservation is over or was cancelled.")))
    elif row.review != ReviewState.ASKED:
        reasons.append(Refusal("not_asked", _("It does not wait for approval.")))
    if row.member_id == actor.member_id:
        reasons.append(Refusal("own", _("This is about yourself. Ask a colleague.")))
    if reasons:
        raise Refused(reasons)


def _decide(session: Session, actor: Actor, row: Reservation, review: ReviewState, now: datetime) -> None:
    row.review, row.reviewed_at, row.reviewed_by_id = review, now, actor.member_id
    row.version += 1
    session.flush()
    audit.note(
        session,
        actor.member_id,
        f"reservation.{review}",
        now,
        member_id=row.member_id,
        site_id=row.resource.site_id,
        subject=lateness.subject_of(row),
    )
