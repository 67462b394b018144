"""What people are told of requests that staff approve first, and of what giving back late or not coming costs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import Reservation, ReservationFee, ReviewState
from fablab.booking.signals import booked, fee_settled, fee_waived, moved, reviewed
from fablab.core.i18n import show_moment, use_locale
from fablab.core.links import link
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.models import Member
from fablab.notices.mails import write_mail


@booked.connect
@moved.connect
def tell_staff(sender: Any, *, session: Session, reservation: Reservation, now: datetime, **more: Any) -> None:
    """Tell a site's fabmanagers that somebody asks for something that they approve first."""
    if reservation.review != ReviewState.ASKED:
        return
    for person in members.fabmanagers_of(session, reservation.resource.site_id):
        if person.id != reservation.member_id:
            key = f"review-wanted:{reservation.id}:{reservation.version}:{person.id}"
            values = {"reservation": reservation, "until": _until(reservation, person)}
            write_mail(
                session, person, "review_wanted", key, now, **_where(reservation), link=link("/desk/requests"), **values
            )


@moved.connect
def tell_asked_again(
    sender: Any, *, session: Session, reservation: Reservation, by_id: int, now: datetime, **more: Any
) -> None:
    """Tell a member that what they moved waits for approval again."""
    if reservation.review == ReviewState.ASKED and by_id == reservation.member_id:
        tell_asked(session, reservation, now)


def tell_asked(session: Session, reservation: Reservation, now: datetime) -> None:
    """Tell a member that staff approve it first, and until when."""
    member = members.member(session, reservation.member_id)
    key = f"review-asked:{reservation.id}:{reservation.version}"
    values = {"reservation": reservation, "until": _until(reservation, member), "link": link("/me")}
    write_mail(session, member, "review_asked", key, now, **_where(reservation), **values)


@reviewed.connect
def tell_approved(sender: Any, *, session: Session, reservation: Reservation, now: datetime) -> None:
    """Tell a member that they have it."""
    member = members.member(session, reservation.member_id)
    key = f"review-approved:{reservation.id}:{reservation.version}"
    where = _where(reservation)
    write_mail(session, member, "review_approved", key, now, reservation=reservation, link=link("/me"), **where)


@fee_settled.connect
def tell_fee(sender: Any, *, session: Session, fee: ReservationFee, now: datetime) -> None:
    """Tell somebody what giving back late, or not coming, came to; strikes tell of themselves."""
    if fee.due_cents or fee.was_taken:
        _tell(session, fee, "fee", "settled", now)


@fee_waived.connect
def tell_waived(sender: Any, *, session: Session, fee: ReservationFee, by_id: int, now: datetime) -> None:
    """Tell them that they need not pay it, and why."""
    if fee.cents:
        _tell(session, fee, "fee_waived", "waived", now)


def _tell(session: Session, fee: ReservationFee, template: str, what: str, now: datetime) -> None:
    """Write to the person and to their guardians, once to each address."""
    row, told = fee.reservation, set[str]()
    person = members.member(session, row.member_id)
    for reader in [person, *(item.guardian for item in guardians.guardians_of(session, person.id))]:
        if reader.mail_to is None or reader.mail_to in told or reader.left_at is not None:
            continue
        told.add(reader.mail_to)
        key = f"fee-{what}:{row.id}:{reader.id}"
        values = {"fee": fee, "reservation": row, "person": person, "link": link(f"/reservations/{row.id}")}
        write_mail(session, reader, template, key, now, **_where(row), **values)


def _where(row: Reservation) -> dict[str, object]:
    return {"zone": row.resource.site.zone}


def _until(row: Reservation, reader: Member) -> str:
    with use_locale(reader.locale):
        return show_moment(row.review_by or row.starts_at, row.resource.site.zone)
