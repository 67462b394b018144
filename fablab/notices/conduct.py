"""What people are told about holds, strikes and appeals: the person and, for a ward, those who answer for them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.booking.models import Reservation
from fablab.booking.signals import missed
from fablab.core.links import link
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.conduct import appeals, queries, wording
from fablab.members.conduct.rules import Tally
from fablab.members.conduct.signals import (
    appeal_answered,
    appeal_made,
    hold_lifted,
    hold_placed,
    strike_withdrawn,
    struck,
)
from fablab.members.models import Appeal, Hold, Member, Strike
from fablab.notices.mails import write_mail
from fablab.sites import queries as sites

PAGE = "/me#conduct"


@hold_placed.connect
def tell_placed(sender: Any, *, session: Session, hold: Hold, now: datetime) -> None:
    """Tell somebody that they may not use the lab for a while, why, and how to appeal."""
    _tell(session, hold.member, "hold_placed", f"hold:{hold.id}", now, hold=hold, **_where(session, hold.site_id))


@hold_lifted.connect
def tell_lifted(sender: Any, *, session: Session, hold: Hold, now: datetime) -> None:
    """Tell them that they may again."""
    key = f"hold-lifted:{hold.id}"
    _tell(session, hold.member, "hold_lifted", key, now, hold=hold, **_where(session, hold.site_id))


@struck.connect
def tell_struck(sender: Any, *, session: Session, strike: Strike, tally: Tally | None, now: datetime) -> None:
    """Tell somebody what counts against them, how far that leads, and how to appeal."""
    where = _where(session, strike.site_id)
    _tell(session, strike.member, "struck", f"strike:{strike.id}", now, strike=strike, tally=tally, **where)


@strike_withdrawn.connect
def tell_withdrawn(sender: Any, *, session: Session, strike: Strike, now: datetime) -> None:
    """Tell them that it counts no more."""
    key = f"strike-withdrawn:{strike.id}"
    _tell(session, strike.member, "strike_withdrawn", key, now, strike=strike, **_where(session, strike.site_id))


@missed.connect
def tell_missed(
    sender: Any, *, session: Session, reservation: Reservation, strike: Strike | None, now: datetime
) -> None:
    """Tell a member that their place was given to others; where it strikes, that mail says so."""
    if strike is None:
        member = members.member(session, reservation.member_id)
        key = f"missed:{reservation.id}:{reservation.version}"
        zone = reservation.resource.site.zone
        _tell(session, member, "missed", key, now, reservation=reservation, zone=zone)


@appeal_made.connect
def tell_appeal(sender: Any, *, session: Session, appeal: Appeal, now: datetime) -> None:
    """Tell the staff who may answer."""
    for member in appeals.answerers(session, appeal):
        key = f"appeal:{appeal.id}:{member.id}"
        values = {"appeal": appeal, "thing": appeals.thing_of(appeal), "person": appeal.member, "wording": wording}
        write_mail(session, member, "appeal_made", key, now, link=link("/conduct"), **values)


@appeal_answered.connect
def tell_answered(sender: Any, *, session: Session, appeal: Appeal, now: datetime) -> None:
    """Tell the person what staff answered."""
    thing = appeals.thing_of(appeal)
    _tell(session, appeal.member, "appeal_answered", f"appeal-answered:{appeal.id}", now, appeal=appeal, thing=thing)


def _where(session: Session, site_id: int | None) -> dict[str, object]:
    """Where something holds, and the clock there."""
    name = sites.site(session, site_id).name if site_id is not None else ""
    return {"site": name, "zone": queries.zone_of(session, site_id)}


def _tell(session: Session, person: Member, template: str, key: str, now: datetime, **values: Any) -> None:
    """Write to the person and to their guardians, once to each address."""
    addresses: set[str] = set()
    for reader in [person, *(row.guardian for row in guardians.guardians_of(session, person.id))]:
        if reader.mail_to is None or reader.mail_to in addresses or reader.left_at is not None:
            continue
        addresses.add(reader.mail_to)
        more = {"person": person, "wording": wording, "link": link(PAGE), **values}
        write_mail(session, reader, template, f"{key}:{reader.id}", now, **more)
