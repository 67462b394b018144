"""How long the ground keeps its own data: mails that are settled, and the log."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from fablab.core.audit import AuditEntry
from fablab.core.db import rows_changed
from fablab.core.i18n import _
from fablab.core.outbox import OutboxRow
from fablab.core.retention import Kind, register


def _settled(before: datetime) -> ColumnElement[bool]:
    return func.coalesce(OutboxRow.done_at, OutboxRow.given_up_at) < before


def _count_mails(session: Session, before: datetime) -> int:
    return session.scalar(select(func.count()).select_from(OutboxRow).where(_settled(before))) or 0


def _purge_mails(session: Session, before: datetime, now: datetime) -> int:
    return rows_changed(session.execute(delete(OutboxRow).where(_settled(before))))


def _count_log(session: Session, before: datetime) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.at < before)) or 0


def _purge_log(session: Session, before: datetime, now: datetime) -> int:
    return rows_changed(session.execute(delete(AuditEntry).where(AuditEntry.at < before)))


register(
    Kind(
        code="mails",
        words=lambda: _("Mails that were sent, or could not be"),
        purpose=lambda: _("To tell the same news once, and to find out why a mail did not arrive."),
        months=24,
        minimum=12,
        count=_count_mails,
        purge=_purge_mails,
    )
)
register(
    Kind(
        code="log",
        words=lambda: _("The log of who did what to whom"),
        purpose=lambda: _("To answer for what staff do, and to find mistakes."),
        months=24,
        minimum=12,
        count=_count_log,
        purge=_purge_log,
    )
)
