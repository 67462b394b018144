"""Who has which level of access where: giving it, and ending it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries
from fablab.members.models import AccessGrant
from fablab.sites import levels
from fablab.sites import queries as sites


def accesses_held(session: Session, member_id: int, now: datetime) -> list[AccessGrant]:
    """The levels of access that somebody was given and that have not ended: the network's first, then by site."""
    query = select(AccessGrant).where(
        AccessGrant.member_id == member_id, or_(AccessGrant.ends_at.is_(None), AccessGrant.ends_at > now)
    )
    rows = session.scalars(query.order_by(AccessGrant.site_id, AccessGrant.id))
    return sorted(rows, key=lambda row: (row.site_id is not None, row.site_id or 0, row.id))


def give_access(
    session: Session,
    actor: Actor,
    member_id: int,
    level: int,
    now: datetime,
    *,
    site_id: int | None = None,
    ends_at: datetime | None = None,
) -> AccessGrant:
    """Give somebody a level of access at a site, or (None) at all of them; what they had there before ends.

    Raises:
        Forbidden: not a fabmanager of that site; for the network, not an administrator.
        NotFound: there is no such person, site or level.
        Refused: they have left, or it would end before now.
    """
    _check_right(actor, site_id)
    member = queries.member(session, member_id)
    if site_id is not None:
        sites.site(session, site_id)
    levels.level(session, level)
    reasons = []
    if member.left_at is not None:
        reasons.append(Refusal("member_left", _("This person is no member, or has left.")))
    if ends_at is not None and ends_at <= now:
        reasons.append(Refusal("ends_at", _("It would end before it begins. Choose a later day, or none.")))
    if reasons:
        raise Refused(reasons)
    for row in accesses_held(session, member_id, now):
        if row.site_id == site_id:
            row.ends_at = now
    given = AccessGrant(
        member_id=member_id,
        site_id=site_id,
        level=level,
        granted_at=now,
        granted_by_id=actor.member_id,
        ends_at=ends_at,
    )
    session.add(given)
    session.flush()
    return given


def end_access(session: Session, actor: Actor, member_id: int, grant_id: int, now: datetime) -> None:
    """End somebody's access now; ending twice equals once.

    Raises:
        Forbidden: not a fabmanager of that site; for the network's, not an administrator.
        NotFound: this person was given no such access.
    """
    row = session.get(AccessGrant, grant_id)
    if row is None or row.member_id != member_id:
        raise NotFound(f"access grant {grant_id}")
    _check_right(actor, row.site_id)
    if row.ends_at is None or row.ends_at > now:
        row.ends_at = now
        session.flush()


def remove_level(session: Session, actor: Actor, rank: int, now: datetime) -> None:
    """Take a level's name away, if no hours ask for it and nobody has it.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such level.
        Refused: it is used.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = levels.level(session, rank)
    reasons = []
    if levels.is_in_hours(session, rank):
        reasons.append(Refusal("used", _("Opening hours ask for this level. Change them first.")))
    has_it = select(AccessGrant.id).where(
        AccessGrant.level == rank, or_(AccessGrant.ends_at.is_(None), AccessGrant.ends_at > now)
    )
    if session.scalar(has_it.limit(1)) is not None:
        reasons.append(Refusal("held", _("Somebody has this level of access. Give them another one first.")))
    if reasons:
        raise Refused(reasons)
    session.delete(row)
    session.flush()


def _check_right(actor: Actor, site_id: int | None) -> None:
    if site_id is None:
        actor.needs_everywhere(Role.ADMIN)
    else:
        actor.needs_at_site(Role.FABMANAGER, site_id)
