"""Seeing the screens as somebody else does: who may, whom, and that it is written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries
from fablab.members.models import Member


def see_as(session: Session, actor: Actor, member_id: int, now: datetime) -> Member:
    """The person as whom an administrator looks at the screens from now on; that they do is logged.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such person any more.
        Refused: it is themselves.
    """
    actor.needs_everywhere(Role.ADMIN)
    member = queries.member(session, member_id)
    if member.left_at is not None or member.erased_at is not None:
        raise NotFound(f"member {member_id}")
    if member.id == actor.member_id:
        raise Refused.because("own", _("This is yourself."))
    audit.note(session, actor.member_id, "member.seen_as", now, member_id=member.id)
    return member
