"""What members are told about places that they waited for, and about reservations that are handed over."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import HandOver, Offer, Reservation
from fablab.booking.signals import hand_over_offered, handed_over, offer_lapsed, offered
from fablab.core.links import link
from fablab.members import queries as members
from fablab.notices.mails import write_mail


@offered.connect
def tell_offered(sender: Any, *, session: Session, offer: Offer, now: datetime) -> None:
    """Tell somebody who waits what they may have, and until when they may say so."""
    _tell(session, offer, "offered", f"/offers/{offer.id}", now)


@offer_lapsed.connect
def tell_lapsed(sender: Any, *, session: Session, offer: Offer, now: datetime) -> None:
    """Tell somebody that they did not answer in time, and that they go on waiting."""
    _tell(session, offer, "offer_lapsed", "/waiting", now)


@hand_over_offered.connect
def tell_hand_over(
    sender: Any, *, session: Session, hand_over: HandOver, reservation: Reservation, now: datetime
) -> None:
    """Tell somebody that they may have another's reservation."""
    holder, taker = members.member(session, hand_over.from_id), members.member(session, hand_over.to_id or 0)
    values = {"reservation": reservation, "zone": reservation.resource.site.zone, "holder": holder}
    page = link(f"/handed/{hand_over.id}")
    key = f"hand-over:{hand_over.id}"
    write_mail(session, taker, "hand_over", key, now, until=hand_over.until, link=page, **values)


@handed_over.connect
def tell_both(sender: Any, *, session: Session, hand_over: HandOver, reservation: Reservation, now: datetime) -> None:
    """Tell the one who had it that it is another's now, and confirm it to the one who has it."""
    holder, taker = members.member(session, hand_over.from_id), members.member(session, reservation.member_id)
    values = {"reservation": reservation, "zone": reservation.resource.site.zone, "link": link("/me")}
    write_mail(session, holder, "handed_over", f"handed-over:{hand_over.id}", now, taker=taker, **values)
    write_mail(session, taker, "taken_over", f"taken-over:{hand_over.id}", now, holder=holder, **values)


def _tell(session: Session, offer: Offer, template: str, path: str, now: datetime) -> None:
    member = members.member(session, offer.wait.member_id)
    zone = offer.resource.site.zone
    write_mail(session, member, template, f"{template}:{offer.id}", now, offer=offer, zone=zone, link=link(path))
