"""How long what is kept: each kind of data with its period, what would be removed today, and the purge itself.

A feature tells its kinds with `register`, when it is imported; the lab's administrators set the months. Nothing is
removed by itself unless they switch that on, kind by kind. What the law wants kept is told as a kind without a purge.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fablab.core import audit
from fablab.core.actor import Actor, Role
from fablab.core.db import Instant, Model, OptionalInstant, rows_changed
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.personal import did
from fablab.core.refusals import Conflict, Refused

LONGEST = 600
EVERY = timedelta(days=30)
"""How often what is switched on is purged by itself."""


class RetentionPeriod(Model):
    """How many months a kind of data is kept, where the lab chose other than usual, and whether it goes by itself."""

    __tablename__ = "retention_periods"
    __table_args__ = (CheckConstraint(f"months BETWEEN 1 AND {LONGEST}", name="months"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    months: Mapped[int]
    automatic: Mapped[bool] = mapped_column(default=False)
    purged_at: Mapped[OptionalInstant]
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())


Counter = Callable[[Session, datetime], int]
"""How many rows are older than an instant."""
Purge = Callable[[Session, datetime, datetime], int]
"""Removes what is older than the first instant; the second is now. How many rows that were."""


def count_rows(session: Session, table: type[Model], condition: ColumnElement[bool]) -> int:
    """How many rows of a table are so."""
    return session.scalar(select(func.count()).select_from(table).where(condition)) or 0


def remove_rows(session: Session, table: type[Model], condition: ColumnElement[bool]) -> int:
    """Remove the rows of a table that are so; how many those were."""
    return rows_changed(session.execute(delete(table).where(condition)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of data: its words in the reader's language, its usual and its shortest period, how it is purged."""

    code: str
    words: Callable[[], str]
    purpose: Callable[[], str]
    months: int
    minimum: int = 1
    count: Counter | None = None
    """None, as `purge`, for what the law wants kept: it is told, and never removed by hand."""
    purge: Purge | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind with the period that holds for it, and how many rows are older (None where nobody asked)."""

    kind: Kind
    months: int
    automatic: bool
    purged_at: datetime | None
    old: int | None = None


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Tell of a kind of data; a feature does so once, when it is imported."""
    _KINDS[kind.code] = kind


def kind(code: str) -> Kind:
    """The kind with this code; NotFound if there is none."""
    if code not in _KINDS:
        raise NotFound(f"retention {code}")
    return _KINDS[code]


def periods(session: Session, now: datetime | None = None) -> list[Kept]:
    """Every kind with its period; with `now`, how many rows are too old."""
    rows = {row.kind: row for row in session.scalars(select(RetentionPeriod))}
    found = []
    for item in _KINDS.values():
        row = rows.get(item.code)
        months = row.months if row else item.months
        old = item.count(session, months_before(now, months)) if now and item.count else None
        found.append(Kept(item, months, bool(row and row.automatic), row.purged_at if row else None, old))
    return found


def set_period(session: Session, actor: Actor, code: str, months: int, automatic: bool, now: datetime) -> None:
    """Say how long a kind is kept, and whether what is older goes by itself each month.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such kind, or it is one that is never removed.
        Refused: shorter than the law or the accounts allow, or longer than anybody means.
    """
    actor.needs_everywhere(Role.ADMIN)
    item = _removable(code)
    if not item.minimum <= months <= LONGEST:
        text = _("Choose %(least)s to %(most)s months.", least=item.minimum, most=LONGEST)
        raise Refused.because("months", text)
    row = _row(session, item, actor.member_id, now)
    row.months, row.automatic, row.changed_at, row.changed_by_id = months, automatic, now, actor.member_id
    session.flush()
    details: dict[str, str | int | bool | None] = {"months": months, "automatic": automatic}
    audit.note(session, actor.member_id, "retention.set", now, subject=f"retention:{code}", details=details)


def purge(session: Session, actor: Actor, code: str, shown: int, now: datetime) -> int:
    """Remove what is older than its period, of which so many rows were shown before; how many went.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such kind, or it is one that is never removed.
        Conflict: more would go than were shown.
    """
    actor.needs_everywhere(Role.ADMIN)
    item = _removable(code)
    if _count(session, item, now) > shown:
        raise Conflict.because("more", _("Meanwhile there is more to remove than was shown. Look again, then confirm."))
    removed = _purge(session, item, now)
    row = session.get(RetentionPeriod, code)
    if row is not None:
        row.purged_at = now
    _tell(session, actor.member_id, item, removed, now)
    return removed


def due(session: Session, now: datetime) -> list[str]:
    """The kinds that go by themselves, and that were not purged in the last month."""
    query = select(RetentionPeriod).where(RetentionPeriod.automatic).order_by(RetentionPeriod.kind)
    rows = [row for row in session.scalars(query) if row.purged_at is None or row.purged_at <= now - EVERY]
    return [row.kind for row in rows if row.kind in _KINDS]


def purge_by_itself(session: Session, code: str, now: datetime) -> int:
    """Purge a kind that is due, as the worker does; nothing where somebody did it meanwhile. How many rows went."""
    query = select(RetentionPeriod).where(RetentionPeriod.kind == code).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None or code not in due(session, now):
        return 0
    item = _removable(code)
    removed = _purge(session, item, now)
    row.purged_at = now
    session.flush()
    if removed:
        _tell(session, None, item, removed, now)
    return removed


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month; the last day of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _removable(code: str) -> Kind:
    item = kind(code)
    if item.purge is None:
        raise NotFound(f"retention {code} is never purged")
    return item


def _before(session: Session, item: Kind, now: datetime) -> datetime:
    row = session.get(RetentionPeriod, item.code)
    return months_before(now, row.months if row else item.months)


def _count(session: Session, item: Kind, now: datetime) -> int:
    return item.count(session, _before(session, item, now)) if item.count else 0


def _purge(session: Session, item: Kind, now: datetime) -> int:
    removed = item.purge(session, _before(session, item, now), now) if item.purge else 0
    session.flush()
    return removed


def _row(session: Session, item: Kind, by_id: int, now: datetime) -> RetentionPeriod:
    row = session.get(RetentionPeriod, item.code, with_for_update=True)
    if row is None:
        row = RetentionPeriod(kind=item.code, months=item.months, changed_at=now, changed_by_id=by_id)
        session.add(row)
    return row


def _tell(session: Session, by_id: int | None, item: Kind, removed: int, now: datetime) -> None:
    details: dict[str, str | int | bool | None] = {"count": removed}
    audit.note(session, by_id, "data.purged", now, subject=f"retention:{item.code}", details=details)
