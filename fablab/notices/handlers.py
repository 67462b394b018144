"""What members are told when something happens. Mails are rows of the outbox, in the transaction that made the news."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.billing.models import Invoice
from fablab.billing.signals import invoice_issued
from fablab.booking.models import Reservation, ReviewState
from fablab.booking.signals import booked, cancelled, moved
from fablab.catalog.models import Resource
from fablab.core import outbox
from fablab.core.links import link
from fablab.core.period import Period
from fablab.members import queries as members
from fablab.members.models import Member
from fablab.members.signals import password_link_made
from fablab.notices import accounts, keys, terms
from fablab.notices.mails import write_mail
from fablab.training.models import CertificateEvent
from fablab.training.signals import certificate_ended, certificate_granted

REFUSED = (ReviewState.DECLINED, ReviewState.LAPSED)


@password_link_made.connect
def tell_password_link(sender: Any, *, session: Session, member: Member, secret: str, now: datetime) -> None:
    """Mail the link that sets a password."""
    key = f"password-link:{members.hash_of(secret)}"
    write_mail(session, member, "password_link", key, now, link=link(f"/password/{secret}"))


@booked.connect
def tell_booked(sender: Any, *, session: Session, reservation: Reservation, now: datetime) -> None:
    """Confirm a reservation to the member who has it, or that they have asked for it."""
    if reservation.review == ReviewState.ASKED:
        terms.tell_asked(session, reservation, now)
        return
    member = members.member(session, reservation.member_id)
    write_mail(
        session,
        member,
        "booked",
        keys.booked(reservation),
        now,
        reservation=reservation,
        zone=reservation.resource.site.zone,
        link=link("/me"),
    )


@cancelled.connect
def tell_cancelled(
    sender: Any, *, session: Session, reservation: Reservation, by_id: int | None, now: datetime
) -> None:
    """Tell a member whose reservation was cancelled; who did so themselves too, since it stands in their calendar."""
    member = members.member(session, reservation.member_id)
    zone = reservation.resource.site.zone
    template = "review_refused" if reservation.review in REFUSED else "cancelled"
    values = {"reservation": reservation, "zone": zone, "is_own": by_id == member.id}
    write_mail(session, member, template, keys.cancelled(reservation), now, link=link("/day"), **values)


@moved.connect
def tell_moved(
    sender: Any,
    *,
    session: Session,
    reservation: Reservation,
    before: Resource,
    was: Period,
    by_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Tell a member whose reservation got another resource or time, and why; who did so themselves too, since it
    stands in their calendar, but not whoever is there and goes on or leaves early.
    """
    is_own = by_id == reservation.member_id
    if is_own and was.start <= now:
        return
    if is_own:
        # Who drags it to and fro is told where it is in the end.
        outbox.take_back(session, [keys.moved(reservation, version=reservation.version - 1)])
    member = members.member(session, reservation.member_id)
    values = {"reservation": reservation, "before": before, "was": was, "reason": reason, "is_own": is_own}
    zone = reservation.resource.site.zone
    write_mail(session, member, "moved", keys.moved(reservation), now, zone=zone, link=link("/me"), **values)


@certificate_granted.connect
def tell_granted(sender: Any, *, session: Session, event: CertificateEvent, now: datetime) -> None:
    """Tell a member about a new certificate."""
    member = members.member(session, event.member_id)
    write_mail(session, member, "certificate_granted", f"certificate:{event.id}", now, event=event, link=link("/day"))


@certificate_ended.connect
def tell_ended(sender: Any, *, session: Session, event: CertificateEvent, now: datetime) -> None:
    """Tell a member whose certificate was revoked, and why."""
    member = members.member(session, event.member_id)
    write_mail(session, member, "certificate_ended", f"certificate:{event.id}", now, event=event)


@invoice_issued.connect
def tell_invoice(sender: Any, *, session: Session, invoice: Invoice, now: datetime) -> None:
    """Send an invoice to the account's owner, or to each owner of an organisation; the PDF goes with it. An account's
    own billing address gets it too.
    """
    first_day = date.fromisoformat(invoice.content["first_day"])
    accounts.tell_billing_address(session, invoice, first_day, now)
    for member in members.owners_of(session, invoice.account_id):
        key = f"invoice:{invoice.id}:{member.id}"
        write_mail(
            session, member, "invoice", key, now, invoice=invoice, first_day=first_day, link=link("/me/invoices")
        )
