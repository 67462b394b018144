"""An account's card: who is invoiced and how, what may be spent in a month; founding and closing organisations."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core import registers
from fablab.core.actor import Actor
from fablab.core.audit import note
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members import queries, services
from fablab.members.models import Account, Member
from fablab.members.organisations import rights
from fablab.members.signals import owner_appointed

Details = dict[str, str | int | bool | None]
LONGEST_NAME = 200
LARGEST_CAP = 1_000_000_000
"""Cents; nobody caps a month at more than ten millions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCard:
    """What is written about an account: who is invoiced, what invoices must name, and the month's cap."""

    name: str
    billing_address: str = ""
    billing_email: str = ""
    siren: str = ""
    siret: str = ""
    purchase_order: str = ""
    service_code: str = ""
    monthly_cap_cents: int | None = None


def card_of(row: Account) -> AccountCard:
    """What is written about an account now."""
    written = {item.name: getattr(row, item.name) for item in fields(AccountCard)}
    return AccountCard(**{**written, "siren": row.siren or "", "siret": row.siret or ""})


def found(session: Session, actor: Actor, card: AccountCard, owner_id: int, now: datetime) -> Account:
    """Found an organisation's account, which somebody will own.

    Raises:
        Forbidden: no fabmanager, treasurer or administrator.
        Refused: what was written does not hold together, or the owner is no member.
    """
    rights.needs_staff(actor)
    reasons = [*reasons_against(card), *_no_member(session, owner_id)]
    if reasons:
        raise Refused(reasons)
    account = services.add_organisation(session, card.name, queries.member(session, owner_id), now)
    write(account, card)
    session.flush()
    note(session, actor.member_id, "account.founded", now, member_id=owner_id, subject=f"account:{account.id}")
    owner_appointed.send(None, session=session, account=account, member_id=owner_id, by_id=actor.member_id, now=now)
    return account


def edit_account(
    session: Session, actor: Actor, account_id: int, card: AccountCard, version: int, now: datetime
) -> Account:
    """Change what is written about an account, as read at `version`; issued invoices keep what they say.

    Raises:
        NotFound, Forbidden: it is not theirs to see, or to change.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
    """
    account = rights.edited(session, actor, account_id)
    check_version(account.version, version)
    reasons = reasons_against(card)
    if reasons:
        raise Refused(reasons)
    before = account.monthly_cap_cents
    write(account, card)
    account.version += 1
    session.flush()
    details: Details = {"cap_cents": account.monthly_cap_cents, "cap_cents_before": before}
    _note(session, actor, account, "account.edited", now, details)
    return account


def close(session: Session, actor: Actor, account_id: int, version: int, now: datetime) -> Account:
    """Close an organisation's account: nobody chooses it any more; what was reserved on it before is honoured, and its
    invoices stay with its owners.

    Raises:
        NotFound, Forbidden: it is not theirs to see, or to change.
        Refused: it is somebody's own account, which they need as long as they are a member.
        Conflict: somebody else changed it since.
    """
    account = rights.edited(session, actor, account_id)
    check_version(account.version, version)
    if not account.is_organisation:
        raise Refused.because("personal", _("This is somebody’s own account. Every member has one that is open."))
    if account.closed_at is None:
        account.closed_at = now
        account.version += 1
        session.flush()
        _note(session, actor, account, "account.closed", now)
    return account


def reopen(session: Session, actor: Actor, account_id: int, version: int, now: datetime) -> Account:
    """Open an organisation's account again, with those who were its people.

    Raises:
        NotFound, Forbidden: it is not theirs to see, or to change.
        Refused: it is somebody's former own account.
        Conflict: somebody else changed it since.
    """
    account = rights.edited(session, actor, account_id)
    check_version(account.version, version)
    if not account.is_organisation:
        raise Refused.because("personal", _("This is somebody’s own account. Every member has one that is open."))
    if account.closed_at is not None:
        account.closed_at = None
        account.version += 1
        session.flush()
        _note(session, actor, account, "account.reopened", now)
    return account


def cap_reasons(cents: int | None) -> list[Refusal]:
    """What is wrong with a month's cap; none and nothing at all are right too."""
    if cents is None or 0 <= cents <= LARGEST_CAP:
        return []
    return [Refusal("cap", _("A cap is 0 or more, and at most ten million a month. Leave it empty for none."))]


def name_reasons(name: str, missing: str) -> list[Refusal]:
    """What is wrong with a name."""
    if not line_of(name):
        return [Refusal("name_missing", missing)]
    if len(line_of(name)) > LONGEST_NAME:
        return [Refusal("name_long", _("A name has at most %(count)s letters.", count=LONGEST_NAME))]
    return []


def _no_member(session: Session, member_id: int) -> list[Refusal]:
    found = session.get(Member, member_id)
    if found is None or found.left_at is not None:
        return [Refusal("member_unknown", _("This person is no member, or has left."))]
    return []


def reasons_against(card: AccountCard) -> list[Refusal]:
    """Every reason why a card does not hold together."""
    reasons = name_reasons(card.name, _("An account needs a name: that to which invoices are made out."))
    if line_of(card.billing_email):
        try:
            services.clean_email(card.billing_email)
        except Refused as refused:
            reasons += refused.refusals
    return [*reasons, *registers.reasons_against(card.siren, card.siret), *cap_reasons(card.monthly_cap_cents)]


def write(row: Account, card: AccountCard) -> None:
    """Write a card that was checked."""
    siren, siret = registers.siren_and_siret(card.siren, card.siret)
    row.name = line_of(card.name)
    row.billing_address = lines_of(card.billing_address)
    row.billing_email = services.clean_email(card.billing_email) if line_of(card.billing_email) else ""
    row.siren, row.siret = siren or None, siret or None
    row.purchase_order, row.service_code = line_of(card.purchase_order), line_of(card.service_code)
    row.monthly_cap_cents = card.monthly_cap_cents


def _note(
    session: Session,
    actor: Actor,
    account: Account,
    action: str,
    now: datetime,
    details: Details | None = None,
) -> None:
    note(
        session,
        actor.member_id,
        action,
        now,
        member_id=account.owner_id,
        subject=f"account:{account.id}",
        details=details,
    )
