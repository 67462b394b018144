"""What people are told about accounts: that they are invited, that they own one, that they are in one no more."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from fablab.billing.models import Invoice
from fablab.core import i18n
from fablab.core.links import link
from fablab.members import queries as members
from fablab.members.models import Account, AccountInvitation
from fablab.members.signals import account_invitation_made, account_left, owner_appointed
from fablab.notices.mails import write_mail, write_to


@account_invitation_made.connect
def tell_invited(sender: Any, *, session: Session, invitation: AccountInvitation, secret: str, now: datetime) -> None:
    """Mail the link to the address that was invited: in its member's language, or in that of who invites."""
    inviter = members.member(session, invitation.made_by_id)
    address = invitation.email or ""
    known = members.member_by_email(session, address)
    values = {"inviter": inviter, "account": invitation.account, "link": link(f"/accounts/join/{secret}")}
    with i18n.use_locale(known.locale if known else inviter.locale):
        last = i18n.show_date(invitation.expires_at)
        write_to(
            session, address, "account_invitation", f"account-invitation:{invitation.id}", now, last=last, **values
        )


@owner_appointed.connect
def tell_owner(sender: Any, *, session: Session, account: Account, member_id: int, by_id: int, now: datetime) -> None:
    """Tell somebody that they now own an account; one who did it knows."""
    if by_id == member_id:
        return
    member, by = members.member(session, member_id), members.member(session, by_id)
    key = f"account-owner:{account.id}:{member_id}:{now.isoformat()}"
    write_mail(session, member, "account_owner", key, now, account=account, by=by, link=link(f"/accounts/{account.id}"))


@account_left.connect
def tell_left(sender: Any, *, session: Session, account: Account, member_id: int, by_id: int, now: datetime) -> None:
    """Tell somebody who was removed from an account; one who left knows."""
    if by_id == member_id:
        return
    member = members.member(session, member_id)
    key = f"account-left:{account.id}:{member_id}:{now.isoformat()}"
    write_mail(session, member, "account_left", key, now, account=account, link=link("/accounts"))


def tell_billing_address(session: Session, invoice: Invoice, first_day: date, now: datetime) -> None:
    """Send an invoice to its account's billing address, unless an owner reads that anyway."""
    address = members.account(session, invoice.account_id).billing_email
    if not address or address in {owner.mail_to for owner in members.owners_of(session, invoice.account_id)}:
        return
    with i18n.use_locale(invoice.content["locale"]):
        write_to(
            session,
            address,
            "account_invoice",
            f"invoice:{invoice.id}:account",
            now,
            invoice=invoice,
            first_day=first_day,
        )
