"""What people are told while they join, and when their address changes."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from fablab.core.links import link
from fablab.members import queries as members
from fablab.members.models import Identity, Member, Role
from fablab.members.signals import (
    approval_decided,
    approval_wanted,
    email_change_asked,
    email_changed,
    identity_linked,
)
from fablab.notices.mails import Reader, write_mail


@approval_wanted.connect
def tell_staff(sender: Any, *, session: Session, member: Member, now: datetime) -> None:
    """Tell a site's fabmanagers that somebody waits; the network's administrators where there is no site."""
    site_id = member.home_site_id
    staff = members.fabmanagers_of(session, site_id or 0)
    for person in staff or members.holders_of(session, [Role.ADMIN], 0):
        key = f"approval:{member.id}:{person.id}"
        write_mail(session, person, "approval_wanted", key, now, joined=member, link=link("/people/waiting"))


@approval_decided.connect
def tell_decision(
    sender: Any, *, session: Session, member: Member, approved: bool, reason: str, by_id: int, now: datetime
) -> None:
    """Tell somebody whether they were approved."""
    template = "approved" if approved else "declined"
    write_mail(session, member, template, f"{template}:{member.id}", now, reason=reason, link=link("/day"))


@email_change_asked.connect
def tell_new_address(sender: Any, *, session: Session, member: Member, email: str, secret: str, now: datetime) -> None:
    """Send the link that proves a new address to it."""
    reader = Reader(email, member.locale, member.name)
    key = f"email-change:{members.hash_of(secret)}"
    write_mail(session, reader, "email_change", key, now, link=link(f"/email/{secret}"))


@email_changed.connect
def tell_old_address(sender: Any, *, session: Session, member: Member, before: str, now: datetime) -> None:
    """Tell the address that was somebody's that it is so no more."""
    reader = Reader(before, member.locale, member.name)
    key = f"email-changed:{member.id}:{member.version}"
    write_mail(session, reader, "email_changed", key, now, email=member.email)


@identity_linked.connect
def tell_identity(sender: Any, *, session: Session, member: Member, identity: Identity, now: datetime) -> None:
    """Tell somebody that an account elsewhere lets them in from now on."""
    host, key = urlsplit(identity.issuer).netloc, f"identity:{identity.id}"
    write_mail(session, member, "identity_linked", key, now, host=host, link=link("/me/sign-ins"))
