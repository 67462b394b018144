"""How long the names of what people made are kept; and who came, as uses tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from fablab.core.db import rows_changed
from fablab.core.i18n import _
from fablab.core.retention import Kind, count_rows, register
from fablab.members.privacy.inactive import seen
from fablab.usage.models import Job, UsageSession


@seen
def used(since: datetime) -> Select[Any]:
    """Those who used something since."""
    return select(UsageSession.member_id).where(UsageSession.started_at >= since, UsageSession.member_id.is_not(None))


def _named(before: datetime) -> ColumnElement[bool]:
    return (Job.ended_at < before) & or_(Job.file_name != "", Job.path != "", Job.machine_user.is_not(None))


def _forget(session: Session, before: datetime, now: datetime) -> int:
    values = {"file_name": "", "path": "", "machine_user": None}
    return rows_changed(session.execute(update(Job).where(_named(before)).values(values)))


register(
    Kind(
        code="file_names",
        words=lambda: _("The names of the files that machines made"),
        purpose=lambda: _("To know which use is whose, and to answer questions about an invoice."),
        months=24,
        minimum=3,
        count=lambda session, before: count_rows(session, Job, _named(before)),
        purge=_forget,
    )
)
