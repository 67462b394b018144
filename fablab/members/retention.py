"""How long what is known of people is kept."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from fablab.core.db import rows_changed
from fablab.core.files import StoredFile
from fablab.core.i18n import _
from fablab.core.retention import Kind, count_rows, register, remove_rows
from fablab.members.models import ClassProof, EmailChange, Member, PasswordToken, SignInAttempt, SignUp
from fablab.members.privacy import inactive


def _count_links(session: Session, before: datetime) -> int:
    changes = count_rows(session, EmailChange, EmailChange.expires_at < before)
    return changes + count_rows(session, PasswordToken, PasswordToken.expires_at < before)


def _remove_links(session: Session, before: datetime, now: datetime) -> int:
    changes = remove_rows(session, EmailChange, EmailChange.expires_at < before)
    return changes + remove_rows(session, PasswordToken, PasswordToken.expires_at < before)


def _noted(before: datetime) -> ColumnElement[bool]:
    return (Member.left_at < before) & (Member.staff_note != "")


def _forget_notes(session: Session, before: datetime, now: datetime) -> int:
    return rows_changed(session.execute(update(Member).where(_noted(before)).values(staff_note="")))


def _over(before: datetime) -> ColumnElement[bool]:
    ended = func.coalesce(ClassProof.valid_until, before.date()) <= before.date()
    return (ClassProof.decided_at < before) & ended


def _remove_proofs(session: Session, before: datetime, now: datetime) -> int:
    files = list(session.scalars(select(ClassProof.file_id).where(_over(before), ClassProof.file_id.is_not(None))))
    count = remove_rows(session, ClassProof, _over(before))
    remove_rows(session, StoredFile, StoredFile.id.in_(files))
    return count


register(
    Kind(
        code="people",
        words=lambda: _("People who have not come for long"),
        purpose=lambda: _("To reserve, to be answered for, and to be invoiced. A mail warns them a month before."),
        months=36,
        minimum=12,
        count=inactive.count,
        purge=inactive.purge,
    )
)
register(
    Kind(
        code="proofs",
        words=lambda: _("Proofs of a class, once they hold no longer"),
        purpose=lambda: _("To charge what somebody’s class pays."),
        months=3,
        count=lambda session, before: count_rows(session, ClassProof, _over(before)),
        purge=_remove_proofs,
    )
)
register(
    Kind(
        code="staff_notes",
        words=lambda: _("Notes of the staff about people who have left"),
        purpose=lambda: _("To welcome people as they need."),
        months=12,
        count=lambda session, before: count_rows(session, Member, _noted(before)),
        purge=_forget_notes,
    )
)
register(
    Kind(
        code="sign_ups",
        words=lambda: _("Wishes to join, confirmed or not"),
        purpose=lambda: _("To prove an address before somebody joins."),
        months=1,
        count=lambda session, before: count_rows(session, SignUp, SignUp.expires_at < before),
        purge=lambda session, before, now: remove_rows(session, SignUp, SignUp.expires_at < before),
    )
)
register(
    Kind(
        code="links",
        words=lambda: _("Links to set a password or to change an address"),
        purpose=lambda: _("To let people in who forgot their password."),
        months=3,
        count=_count_links,
        purge=_remove_links,
    )
)
register(
    Kind(
        code="attempts",
        words=lambda: _("Failed sign-ins"),
        purpose=lambda: _("To stop those who try passwords. Addresses are kept as a fingerprint only."),
        months=1,
        count=lambda session, before: count_rows(session, SignInAttempt, SignInAttempt.at < before),
        purge=lambda session, before, now: remove_rows(session, SignInAttempt, SignInAttempt.at < before),
    )
)
