"""What is done to people and their accounts."""

import secrets
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import update
from sqlalchemy.orm import Session

from fablab.core import outbox
from fablab.core.errors import NotFound
from fablab.core.i18n import LOCALES, _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import queries, signins
from fablab.members.actor import Actor
from fablab.members.classes import fallback
from fablab.members.models import (
    AccessToken,
    Account,
    AccountKind,
    AccountMember,
    EmailChange,
    Member,
    MemberClass,
    PasswordToken,
    Project,
    Role,
    RoleGrant,
)
from fablab.members.payers import payer_for as payer_for
from fablab.members.signals import password_link_made

LINK_LIFE = timedelta(hours=24)
ASKED_FOR_LINK = "asked_for_link"
"""The kind of outbox row that answers somebody who asked for a link to set a password."""


def clean_email(text: str) -> str:
    """The address in the form in which it is kept.

    Raises:
        Refused: it is not an address.
    """
    try:
        # Labs have addresses of local networks too, so only the form is checked.
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise Refused.because("email_invalid", _("“%(email)s” is not an e-mail address.", email=text)) from None


def add_class(session: Session, name: str) -> MemberClass:
    """Make a class of members with prices of its own."""
    row = MemberClass(name=line_of(name))
    session.add(row)
    session.flush()
    return row


def add_member(
    session: Session, *, name: str, email: str | None, member_class: MemberClass, now: datetime, locale: str = "fr"
) -> Member:
    """Make a person, who may have no address, and their own account.

    A class that needs proof is shown later: until then they are of the default.

    Raises:
        Refused: no name, an address that is none, or one that somebody has already.
    """
    reasons = []
    name = line_of(name)
    if not name:
        reasons.append(Refusal("name_missing", _("A member needs a name.")))
    address = None
    try:
        address = own_email(session, email) if email is not None else None
    except Refused as refused:
        reasons.extend(refused.refusals)
    if reasons:
        raise Refused(reasons)
    member = Member(
        name=name,
        email=address,
        class_id=(fallback(session) if member_class.needs_proof else member_class).id,
        created_at=now,
        locale=locale if locale in LOCALES else LOCALES[0],
    )
    add_checked(session, [member], now)
    return member


def add_checked(session: Session, people: list[Member], now: datetime) -> None:
    """Add people who were checked before, each with their own account; in a few statements, however many they are."""
    session.add_all(people)
    session.flush()
    session.add_all(
        Account(kind=AccountKind.PERSONAL, owner_id=row.id, name=row.name, created_at=now) for row in people
    )
    session.flush()


def own_email(session: Session, text: str, member_id: int | None = None) -> str:
    """An address in the form in which it is kept, if it can be this person's own.

    Raises:
        Refused: it is no address, or somebody else has it.
    """
    address = clean_email(text)
    known = queries.member_by_email(session, address)
    if known is not None and known.id != member_id:
        raise Refused.because("email_taken", _("Somebody already has the address %(email)s.", email=address))
    return address


def add_organisation(session: Session, name: str, owner: Member, now: datetime) -> Account:
    """Make an organisation's account, owned by a person."""
    account = Account(kind=AccountKind.ORGANISATION, name=line_of(name), created_at=now)
    session.add(account)
    session.flush()
    session.add(AccountMember(account_id=account.id, member_id=owner.id, is_owner=True, joined_at=now))
    session.flush()
    return account


def add_project(session: Session, account: Account, name: str, now: datetime) -> Project:
    """Make a project of an account."""
    project = Project(account_id=account.id, name=line_of(name), created_at=now)
    session.add(project)
    session.flush()
    return project


def grant_role(
    session: Session, member: Member, role: Role, *, site_id: int | None = None, legal_entity_id: int | None = None
) -> None:
    """Give a role in a scope (neither: the whole network); what was given already is not given twice.

    Raises:
        Refused: the role means nothing there.
    """
    if (role in (Role.TRAINER, Role.FABMANAGER) and legal_entity_id) or (role == Role.TREASURER and site_id):
        text = _("Trainers and fabmanagers are of a site, treasurers of a legal entity, or each of the whole network.")
        raise Refused.because("scope_unfit", text)
    here = (role, site_id, legal_entity_id)
    for row in queries.grants_of(session, [member.id])[member.id]:
        if (row.role, row.site_id, row.legal_entity_id) == here:
            return
    session.add(RoleGrant(member_id=member.id, role=role, site_id=site_id, legal_entity_id=legal_entity_id))
    session.flush()


def make_token(session: Session, member: Member, name: str, now: datetime) -> str:
    """A new API token; its secret is returned once and only its hash is kept.

    Raises:
        Refused: it has no name.
    """
    name = line_of(name)
    if not name:
        raise Refused.because("name_missing", _("Give the token a name that tells what it is for."))
    secret = "fl_" + secrets.token_urlsafe(32)
    row = AccessToken(member_id=member.id, name=name, hint=secret[-4:], hash=queries.hash_of(secret), created_at=now)
    session.add(row)
    session.flush()
    return secret


def revoke_token(session: Session, actor: Actor, token_id: int, now: datetime) -> None:
    """End a token of one's own; NotFound for another's."""
    row = session.get(AccessToken, token_id)
    if row is None or row.member_id != actor.member_id:
        raise NotFound(f"token {token_id}")
    row.revoked_at = row.revoked_at or now
    session.flush()


def note_token_use(session: Session, token_id: int, now: datetime) -> None:
    """Remember when a token was last used, to the hour."""
    row = session.get(AccessToken, token_id)
    if row and (row.last_used_at is None or now - row.last_used_at > timedelta(hours=1)):
        row.last_used_at = now
        session.flush()


def make_password_link(session: Session, member: Member, now: datetime) -> str:
    """The secret of a new link to set a password; it works once, for a day, and only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    row = PasswordToken(member_id=member.id, hash=queries.hash_of(secret), created_at=now, expires_at=now + LINK_LIFE)
    session.add(row)
    session.flush()
    return secret


def ask_for_link(session: Session, email: str, now: datetime) -> None:
    """Let the worker mail a link to set a password, if the address is a member's; here nobody looks whether it is."""
    outbox.put(session, ASKED_FOR_LINK, f"{ASKED_FOR_LINK}:{secrets.token_hex(16)}", {"email": email}, now)


def send_password_link(session: Session, member: Member, now: datetime) -> None:
    """Make a link to set a password and announce it; `notices` mails it."""
    secret = make_password_link(session, member, now)
    password_link_made.send(None, session=session, member=member, secret=secret, now=now)


def set_password(session: Session, member: Member, password_hash: str, now: datetime) -> None:
    """Replace the password; every open sign-in and every other link of this person ends."""
    member.password_hash = password_hash
    signins.end_everywhere(session, member.id, signins.PASSWORD, now)
    end_links(session, member.id, now)


def end_links(session: Session, member_id: int, now: datetime) -> None:
    """Let no link to set a password, or to change the address, that was mailed for somebody open anything any more."""
    for kind in (PasswordToken, EmailChange):
        unused = (kind.member_id == member_id, kind.used_at.is_(None))
        session.execute(update(kind).where(*unused).values(used_at=now))
    session.flush()


def end_sign_ins(session: Session, member_id: int) -> None:
    """Sign out everywhere: a cookie copied before is dead after."""
    member = queries.member(session, member_id)
    member.session_version += 1
    session.flush()


def set_locale(session: Session, member_id: int, locale: str) -> None:
    """Speak this language to a person from now on, on screens and in mails; an unknown one changes nothing."""
    if locale in LOCALES:
        queries.member(session, member_id).locale = locale
        session.flush()
