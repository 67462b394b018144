"""How long the ground keeps its own data: mails that are settled, and the log."""

from datetime import datetime

from sqlalchemy import ColumnElement, func

from fablab.core.audit import AuditEntry
from fablab.core.i18n import _
from fablab.core.outbox import OutboxRow
from fablab.core.retention import Kind, count_rows, register, remove_rows


def _settled(before: datetime) -> ColumnElement[bool]:
    return func.coalesce(OutboxRow.done_at, OutboxRow.given_up_at) < before


register(
    Kind(
        code="mails",
        words=lambda: _("Mails that were sent, or could not be"),
        purpose=lambda: _("To tell the same news once, and to find out why a mail did not arrive."),
        months=24,
        minimum=12,
        count=lambda session, before: count_rows(session, OutboxRow, _settled(before)),
        purge=lambda session, before, now: remove_rows(session, OutboxRow, _settled(before)),
    )
)
register(
    Kind(
        code="log",
        words=lambda: _("The log of who did what to whom"),
        purpose=lambda: _("To answer for what staff do, and to find mistakes."),
        months=24,
        minimum=12,
        count=lambda session, before: count_rows(session, AuditEntry, AuditEntry.at < before),
        purge=lambda session, before, now: remove_rows(session, AuditEntry, AuditEntry.at < before),
    )
)
