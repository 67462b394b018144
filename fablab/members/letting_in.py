"""Staff let somebody in who has no address of their own: a link to set a password, shown or printed once.

Whoever shows such a link could open it themselves, so a colleague's way in is an administrator's matter.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members import cards, services
from fablab.members.actor import Actor
from fablab.members.models import Member


def link_to_show(session: Session, actor: Actor, member_id: int, now: datetime) -> tuple[Member, str]:
    """Somebody and the secret of a new link with which they set a password; older links of theirs die.

    Raises:
        NotFound, Forbidden: there is no such person, or they are not this actor's to write.
        Refused: they have an address of their own, a role, or have left.
    """
    member = cards.to_write(session, actor, member_id)
    reasons = []
    if member.email is not None:
        text = _("This person has an address of their own: the link goes there, so that nobody else sees it.")
        reasons.append(Refusal("has_email", text))
    if not cards.may_decide_way_in(session, actor, member_id):
        reasons.append(cards.way_in_of_staff())
    if member.left_at is not None:
        reasons.append(Refusal("member_left", _("This person is no member, or has left.")))
    if reasons:
        raise Refused(reasons)
    services.end_links(session, member_id, now)
    secret = services.make_password_link(session, member, now)
    audit.note(session, actor.member_id, "password_link.shown", now, member_id=member_id, site_id=member.home_site_id)
    return member, secret
