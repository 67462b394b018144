"""Asking staff to correct what one cannot correct oneself."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.audit import AuditEntry
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import lines_of
from fablab.members import queries, throttle
from fablab.members.signals import correction_asked

LONGEST = 2000
PER_PERSON = 5
"""Requests in a quarter of an hour."""


def ask(session: Session, member_id: int, text: str, now: datetime) -> None:
    """Tell staff of one's site what is wrong; the log keeps that it was asked, never the words.

    Raises:
        Refused: nothing is said, or too often.
    """
    said = lines_of(text)[:LONGEST]
    if not said:
        raise Refused.because("text_missing", _("Say what is wrong, and what it should say."))
    throttle.count(session, {throttle.key_of("correction", f"member {member_id}"): PER_PERSON}, now)
    member = queries.member(session, member_id)
    audit.note(session, member_id, "correction.asked", now, member_id=member_id, site_id=member.home_site_id)
    newest = select(AuditEntry.id).where(AuditEntry.actor_id == member_id).order_by(AuditEntry.id.desc()).limit(1)
    entry_id = session.scalar(newest)
    correction_asked.send(None, session=session, member=member, text=said, entry_id=entry_id, now=now)
