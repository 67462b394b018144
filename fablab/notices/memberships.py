"""What members are told about their memberships, and about what they sent as proof of their class."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from fablab.core.links import link
from fablab.members import guardians, proofs
from fablab.members.memberships import reminders
from fablab.members.memberships.rules import AFTER_END
from fablab.members.models import ClassProof, Member
from fablab.members.signals import proof_decided
from fablab.notices.mails import write_mail

BEFORE_PROOF_ENDS = timedelta(days=30)


def remind_of_memberships(session: Session, now: datetime, after: int = 0) -> int | None:
    """Mail the reminders that are due for some hundreds of memberships after an id; the id to go on after, or None."""
    due, onward = reminders.due(session, now, after)
    for item in due:
        row = item.membership
        template = "membership_over" if item.days == AFTER_END else "membership_ends"
        key = f"{template}:{row.id}:{item.days}:{row.last_on}"
        values = {"membership": row, "until_grace": row.last_on + timedelta(days=row.kind.grace_days)}
        _write(session, row.holder, template, key, now, link=link("/me/memberships"), **values)
    return onward


def remind_of_proofs(session: Session, now: datetime) -> None:
    """Mail those whose proof of a class ends soon; once each."""
    today = now.date()
    for row in proofs.ending(session, today, today + BEFORE_PROOF_ENDS):
        key = f"proof-ends:{row.id}:{row.valid_until}"
        _write(session, row.member, "proof_ends", key, now, proof=row, link=link("/me/memberships"))


@proof_decided.connect
def tell_proof_decided(sender: Any, *, session: Session, proof: ClassProof, now: datetime) -> None:
    """Tell somebody whether what they sent was accepted, until when, or why not."""
    template = f"proof_{proof.state}"
    _write(session, proof.member, template, f"proof:{proof.id}", now, proof=proof, link=link("/me/memberships"))


def _write(session: Session, member: Member, template: str, key: str, now: datetime, **values: Any) -> None:
    """To the person; where no mail reaches them, to the guardians who pay for them."""
    if member.mail_to is not None:
        write_mail(session, member, template, key, now, about=member, **values)
        return
    for row in guardians.guardians_of(session, member.id):
        if row.pays:
            write_mail(session, row.guardian, template, f"{key}:{row.guardian_id}", now, about=member, **values)
