"""Invitations: links with which people join, and perhaps get a role; only a link's hash is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Invitation, MemberClass

LONGEST_DAYS = 90
MOST_USES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCard:
    """What a link gives to those who join with it."""

    class_id: int
    role: Role | None = None
    site_id: int | None = None
    uses: int = 1
    days: int = 14


def invite(session: Session, actor: Actor, card: InvitationCard, now: datetime) -> str:
    """The secret of a new link; it is shown once.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together, or a link for many would give a role that rules the lab.
    """
    actor.needs_everywhere(Role.ADMIN)
    reasons = []
    if not 1 <= card.uses <= MOST_USES:
        reasons.append(Refusal("uses", _("An invitation serves 1 to %(count)s people.", count=MOST_USES)))
    if not 1 <= card.days <= LONGEST_DAYS:
        reasons.append(Refusal("days", _("An invitation holds for 1 to %(count)s days.", count=LONGEST_DAYS)))
    if session.get(MemberClass, card.class_id) is None:
        reasons.append(Refusal("class", _("There is no such class of members.")))
    if card.role in (Role.ADMIN, Role.TREASURER, Role.FABMANAGER) and card.uses > 1:
        reasons.append(Refusal("role_for_many", _("A link that gives this role serves one person.")))
    if card.role == Role.TREASURER and card.site_id is not None:
        reasons.append(Refusal("scope_unfit", _("A treasurer is of the whole network, or of a legal entity.")))
    if reasons:
        raise Refused(reasons)
    secret = secrets.token_urlsafe(24)
    row = Invitation(
        hash=queries.hash_of(secret),
        class_id=card.class_id,
        role=card.role,
        site_id=card.site_id if card.role else None,
        uses_left=card.uses,
        created_at=now,
        created_by_id=actor.member_id,
        expires_at=now + timedelta(days=card.days),
    )
    session.add(row)
    session.flush()
    return secret


def open_invitations(session: Session, now: datetime) -> list[Invitation]:
    """Those that still let somebody in, the one that ends first first."""
    query = select(Invitation).where(Invitation.uses_left > 0, Invitation.expires_at > now)
    return list(session.scalars(query.order_by(Invitation.expires_at, Invitation.id)))


def end(session: Session, actor: Actor, invitation_id: int) -> None:
    """Let nobody in with it any more.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such invitation.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = session.get(Invitation, invitation_id)
    if row is None:
        raise NotFound(f"invitation {invitation_id}")
    row.uses_left = 0
    session.flush()


def invitation(session: Session, secret: str, now: datetime) -> Invitation | None:
    """The invitation that a link opens, if it still lets somebody in."""
    found = session.scalar(select(Invitation).where(Invitation.hash == queries.hash_of(secret)))
    return found if found and still_opens(found, now) else None


def still_opens(row: Invitation, now: datetime) -> bool:
    """Tell whether it lets somebody in now."""
    return row.uses_left > 0 and row.expires_at > now
