"""What people are told of their data: that they were erased, or will be; and staff, of what is to be corrected."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.core.links import link
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.members.signals import correction_asked, erasure_near, member_erased
from fablab.notices.mails import Reader, write_mail


@member_erased.connect
def tell_erased(
    sender: Any, *, session: Session, member_id: int, mail_to: str | None, locale: str, now: datetime
) -> None:
    """Tell somebody that they were erased, for the last time, without their name."""
    if mail_to is not None:
        write_mail(session, Reader(mail_to, locale, ""), "erased", f"erased:{member_id}", now, number=member_id)


@erasure_near.connect
def tell_near(sender: Any, *, session: Session, member: Member, days: int, now: datetime) -> None:
    """Tell somebody who has not come for long that they will be erased, and what to do about it."""
    key = f"erasure-near:{member.id}:{now:%Y%m%d}"
    write_mail(session, member, "erasure_near", key, now, days=days, link=link("/me"))


@correction_asked.connect
def tell_correction(sender: Any, *, session: Session, member: Member, text: str, entry_id: int, now: datetime) -> None:
    """Tell staff of somebody's site what they want corrected; the network's administrators where there is no site."""
    staff = members.fabmanagers_of(session, member.home_site_id or 0)
    for person in staff or members.holders_of(session, [Role.ADMIN], 0):
        where, key = link(f"/people/{member.id}"), f"correction:{entry_id}:{person.id}"
        write_mail(session, person, "correction", key, now, asked=member, text=text, link=where)
