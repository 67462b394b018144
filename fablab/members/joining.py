"""Joining by oneself: a wish, a link that proves the address, the charter, and where the site wants it an approval.

Whoever asks to join is answered alike, in the same time, whether the address is known or not: the wish is written
down, and the worker looks whom the address belongs to when it composes the mail (`notices/asked.py`).
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit, outbox
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of
from fablab.members import charters, classes, invitations, queries, services
from fablab.members.actor import Actor, Role
from fablab.members.models import Invitation, Member, MemberClass, MemberState, SignUp
from fablab.members.signals import approval_decided, approval_wanted
from fablab.sites import queries as sites
from fablab.sites.models import SignUpRule, Site

ASKED_TO_JOIN = "asked_to_join"
"""The kind of outbox row that answers a wish to join."""
LIFE = timedelta(hours=48)
OLDEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody writes who wants to join; with an invitation the class, and perhaps the site, are its own."""

    name: str
    email: str
    site_id: int | None
    class_id: int | None = None
    birth_date: date | None = None
    locale: str = "fr"
    invitation_id: int | None = None


def ask_to_join(session: Session, wish: Wish, now: datetime) -> None:
    """Write a wish down and let the worker mail a link; nothing tells whether the address is known.

    Raises:
        Refused: no name, an address that is none, a site that nobody can join by themselves, a day of birth that is
            none.
    """
    reasons = check_person(wish.name, wish.birth_date, now)
    email = ""
    try:
        email = services.clean_email(wish.email)
    except Refused as refused:
        reasons += refused.refusals
    if wish.invitation_id is None:
        reasons += _check_site(session, wish.site_id)
        offered = {row.id for row in classes.open_classes(session, needs_proof=False)}
        if wish.class_id is not None and wish.class_id not in offered:
            reasons.append(Refusal("class", _("There is no such class of members.")))
    if reasons:
        raise Refused(reasons)
    secret = secrets.token_urlsafe(32)
    card: dict[str, Any] = asdict(wish) | {"name": line_of(wish.name)}
    card["birth_date"] = wish.birth_date.isoformat() if wish.birth_date else None
    row = SignUp(hash=queries.hash_of(secret), email=email, card=card, created_at=now, expires_at=now + LIFE)
    session.add(row)
    session.flush()
    payload = {"sign_up_id": row.id, "secret": secret, "email": email, "locale": wish.locale, "name": card["name"]}
    outbox.put(session, ASKED_TO_JOIN, f"{ASKED_TO_JOIN}:{row.id}", payload, now)


def sites_to_join(session: Session) -> list[Site]:
    """The sites that people can join by themselves."""
    return [row for row in sites.sites(session) if row.sign_up != SignUpRule.CLOSED]


def wish_of(session: Session, secret: str, now: datetime) -> SignUp:
    """The wish that a mailed link confirms; NotFound if it was confirmed already or is too old."""
    query = select(SignUp).where(
        SignUp.hash == queries.hash_of(secret), SignUp.used_at.is_(None), SignUp.expires_at > now
    )
    # Of two who confirm at once the second finds it used.
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("sign-up")
    return found


def complete(session: Session, secret: str, password_hash: str, accepted: set[int], now: datetime) -> Member:
    """Make a member of somebody who proved their address and accepted the charters in force.

    Raises:
        NotFound: the link is used or too old, or its invitation serves nobody more.
        Refused: a charter is not accepted, or the address has become somebody's meanwhile.
    """
    row = wish_of(session, secret, now)
    card = row.card
    invitation = _invitation(session, card["invitation_id"], now)
    site_id = card["site_id"]
    wanted = charters.in_force(session, site_id, day_at(session, site_id, now))
    reasons = [
        Refusal("charter", _("Read and accept “%(title)s” first.", title=item.title))
        for item in wanted
        if item.id not in accepted
    ]
    if reasons:
        raise Refused(reasons)
    member = services.add_member(
        session,
        name=card["name"],
        email=row.email,
        member_class=_class(session, invitation.class_id if invitation else card["class_id"]),
        now=now,
        locale=card["locale"],
    )
    member.birth_date = date.fromisoformat(card["birth_date"]) if card["birth_date"] else None
    member.home_site_id = site_id
    member.password_hash = password_hash
    row.used_at, row.member_id = now, member.id
    if invitation is not None:
        invitation.uses_left -= 1
        if invitation.role:
            services.grant_role(session, member, Role(invitation.role), site_id=invitation.site_id)
    elif site_id is not None and sites.site(session, site_id).sign_up != SignUpRule.OPEN:
        # Where nobody joins by themselves any more since they asked, staff decide about them too.
        member.state = MemberState.PENDING
    for item in wanted:
        charters.write_acceptance(session, item.id, member.id, member.id, now)
    session.flush()
    audit.note(session, member.id, "member.joined", now, member_id=member.id, site_id=site_id)
    if member.state == MemberState.PENDING:
        approval_wanted.send(None, session=session, member=member, now=now)
    return member


def waiting(session: Session, actor: Actor) -> list[Member]:
    """Those who wait for an approval that this person may give, the first one first."""
    query = select(Member).where(Member.state == MemberState.PENDING, Member.left_at.is_(None)).order_by(Member.id)
    return [row for row in session.scalars(query) if _may_decide(actor, row)]


def decide(session: Session, actor: Actor, member_id: int, approved: bool, reason: str, now: datetime) -> None:
    """Approve somebody who waits, or decline with a reason; they are told.

    Raises:
        Forbidden: not a fabmanager of their site.
        Refused: declining without a reason, or a colleague decided already.
    """
    member = session.scalar(select(Member).where(Member.id == member_id).with_for_update())
    if member is None:
        raise NotFound(f"member {member_id}")
    if not _may_decide(actor, member):
        actor.needs_at_site(Role.FABMANAGER, member.home_site_id or 0)
    if member.state != MemberState.PENDING or member.left_at is not None:
        raise Refused.because("decided", _("Somebody has decided about this person already."))
    if not approved and not line_of(reason):
        raise Refused.because("reason_missing", _("Say why: the person reads it."))
    if approved:
        member.state = MemberState.ACTIVE
    else:
        member.left_at = now
        member.session_version += 1
        # They may ask again another time; until then they are written to at the address, and it is nobody's own.
        member.shared_email, member.email = member.shared_email or member.email, None
    member.version += 1
    session.flush()
    action = "member.approved" if approved else "member.declined"
    audit.note(session, actor.member_id, action, now, member_id=member.id, site_id=member.home_site_id)
    approval_decided.send(
        None, session=session, member=member, approved=approved, reason=line_of(reason), by_id=actor.member_id, now=now
    )


def check_person(name: str, birth_date: date | None, now: datetime) -> list[Refusal]:
    """Every reason why these cannot be somebody's name and day of birth."""
    reasons = []
    if not line_of(name):
        reasons.append(Refusal("name_missing", _("A member needs a name.")))
    if birth_date is not None and not OLDEST <= birth_date <= now.date():
        reasons.append(Refusal("birth_date", _("This is nobody’s day of birth.")))
    return reasons


def day_at(session: Session, site_id: int | None, now: datetime) -> date:
    """Today on a site's calendar; on the first site's where none is meant."""
    site = sites.site(session, site_id) if site_id is not None else next(iter(sites.sites(session)), None)
    return now.astimezone(site.zone).date() if site else now.date()


def _check_site(session: Session, site_id: int | None) -> list[Refusal]:
    if site_id in {row.id for row in sites_to_join(session)}:
        return []
    return [Refusal("site", _("Nobody can join this site by themselves. Ask its staff to add you."))]


def _may_decide(actor: Actor, member: Member) -> bool:
    if member.home_site_id is None:
        return actor.may_anywhere(Role.FABMANAGER)
    return actor.may_at_site(Role.FABMANAGER, member.home_site_id)


def _invitation(session: Session, invitation_id: int | None, now: datetime) -> Invitation | None:
    if invitation_id is None:
        return None
    row = session.scalar(select(Invitation).where(Invitation.id == invitation_id).with_for_update())
    if row is None or not invitations.still_opens(row, now):
        raise NotFound(f"invitation {invitation_id}")
    return row


def _class(session: Session, class_id: int | None) -> MemberClass:
    """The class that was chosen, or the one of those who proved nothing."""
    rows = queries.classes(session)
    return next((row for row in rows if row.id == class_id), None) or classes.fallback(session)
