"""Giving somebody all that is kept of them: who may ask for it, and how often."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.errors import NotFound
from fablab.members import queries, throttle
from fablab.members.actor import Actor, Role

PER_PERSON = 6
"""Exports in a quarter of an hour: each reads every table."""


def begin(session: Session, actor: Actor, member_id: int, now: datetime) -> None:
    """Count a request for everything about oneself; or, by an administrator, about somebody who asks on paper.

    Raises:
        NotFound: neither oneself, nor anybody whom an administrator may answer.
        Refused: too often.
    """
    if actor.member_id != member_id and not actor.may_everywhere(Role.ADMIN):
        raise NotFound(f"member {member_id}")
    member = queries.member(session, member_id)
    throttle.count(session, {throttle.key_of("export", f"member {actor.member_id}"): PER_PERSON}, now)
    site_id = member.home_site_id
    audit.note(session, actor.member_id, "member.exported", now, member_id=member.id, site_id=site_id)
