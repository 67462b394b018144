"""A person with something in every table that can say something of them: made from what the tables themselves tell.

A new table is filled by itself; where its checks want more than any value of the right type, a hint says what.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from fablab.core.db import Model, UTCDateTime
from fablab.core.personal import About, Did, FileOf, PartOf, Wiped
from fablab.members.privacy.naming import about_people, columns, naming_of, whose

BEGAN = datetime(2020, 1, 6, 9, tzinfo=UTC)
ENDED = BEGAN + timedelta(hours=1)
HINTS: dict[str, Any] = {
    "appeals.hold_id": "parent",
    "appeals.granted": False,
    "appeals.answered_at": ENDED,
    "arrivals.departed_at": ENDED,
    "arrivals.ended": "desk",
    "arrivals.guest_name": None,
    "class_proofs.decided_at": BEGAN,
    "class_proofs.state": "refused",
    "claims.occupied_to": ENDED,
    "claims.active": False,
    "draw_entries.starts_at": ENDED,
    "draw_entries.ends_at": ENDED + timedelta(hours=1),
    "draw_entries.state": "lost",
    "draw_entries.settled_at": ENDED,
    "duties.state": "dropped",
    "documents.sha256": "x",
    "invoices.net_cents": 1,
    "invoices.vat_cents": 0,
    "item_charges.taxed": True,
    "jobs.ended_at": ENDED,
    "membership_kinds.length": 30,
    "memberships.ended_on": date(2020, 1, 6),
    "membership_pauses.from_on": date(2020, 1, 6),
    "membership_pauses.to_on": date(2020, 1, 7),
    "reservation_series.times": 1,
    "reservation_fees.due_cents": 0,
    "reservation_fees.settled_at": ENDED,
    "reservations.ends_at": ENDED,
    "reservation_changes.ends_at": ENDED,
    "shifts.ends_at": ENDED,
    "offers.state": "lapsed",
    "offers.until": ENDED,
    "offers.starts_at": ENDED,
    "offers.ends_at": ENDED + timedelta(hours=1),
    "usage_sessions.ended_at": ENDED,
    "waits.to_at": ENDED,
    "waits.resource_id": "parent",
    "waits.ended_at": ENDED,
    "waits.ended_how": "over",
    "usage_sessions.account_id": "own",
}
"""What checks want that no type tells."""


@dataclass
class Life:
    """Fills one row of each table about a person; `mark` is in every word that is said of them."""

    session: Session
    member_id: int
    other_id: int
    staff_id: int
    mark: str
    made: dict[str, Any] = field(default_factory=dict)

    def fill(self) -> None:
        """Write a row into every table that can be about a person."""
        for table in about_people():
            # Everybody has a record and an account of their own.
            if table.name in ("members", "accounts"):
                self._mark(table)
            else:
                self._insert(table)
        self.session.flush()
        self.session.expire_all()

    def _insert(self, table: Table) -> Any:
        values = {column.name: self._value(column) for column in table.columns}
        values = {name: value for name, value in values.items() if value is not _NOTHING}
        if table.name == "not_doubles":
            values["one_id"], values["other_id"] = sorted((values["one_id"], values["other_id"]))
        if table.name == "appeals":
            holds = Model.metadata.tables["holds"]
            values["hold_id"] = self._known(holds) or self._insert(holds)
        key = self.session.execute(insert(table).values(values)).inserted_primary_key
        assert key is not None
        self.made[table.name] = key[0]
        return key[0]

    def _mark(self, table: Table) -> None:
        """A row is there already: let it say something."""
        wanted = [column for column in columns(table, Wiped) + columns(table, FileOf) if column.name != "name_key"]
        values = {column.name: self._value(column) for column in wanted}
        condition = table.c.id == self.member_id if table.name == "members" else whose(table, [self.member_id])
        self.session.execute(update(table).where(condition).values(values))

    def _known(self, table: Table) -> Any:
        (key, *_) = table.primary_key.columns
        return self.session.scalar(select(key).where(whose(table, [self.member_id])).limit(1))

    def _value(self, column: Column[Any]) -> Any:
        name, naming = f"{column.table.name}.{column.name}", naming_of(column)
        if name in HINTS:
            found = {"own": self._own_account, "parent": lambda: self._parent(column)}.get(str(HINTS[name]))
            return found() if found else HINTS[name]
        if isinstance(naming, About):
            first = columns(column.table, About)[0]
            return self.member_id if column is first else self.other_id
        if isinstance(naming, Did):
            return self.staff_id
        if isinstance(naming, FileOf):
            return self._file()
        if column.foreign_keys and (not column.nullable or isinstance(naming, PartOf)):
            return self._parent(column)
        if column.primary_key and isinstance(column.type, Integer):
            return _NOTHING
        needed = not column.nullable and column.default is None and column.server_default is None
        return self._plain(column) if needed or isinstance(naming, Wiped) else _NOTHING

    def _parent(self, column: Column[Any]) -> Any:
        (key,) = column.foreign_keys
        table = key.column.table
        found = self._known(table) if table in about_people() else None
        if found is None:
            found = self.session.scalar(select(key.column).limit(1))
        return found if found is not None else self._insert(table)

    def _plain(self, column: Column[Any]) -> Any:
        for check in [item for item in column.table.constraints if isinstance(item, CheckConstraint)]:
            codes = re.search(rf"\b{column.name} IN \('(\w+)'", str(check.sqltext))
            if codes:
                return codes[1]
        if column.name == "hash":
            return sha256(f"{self.mark} {column.table.name}".encode()).hexdigest()
        if isinstance(column.type, JSON):
            return {"said": self.mark}
        if isinstance(column.type, UTCDateTime | DateTime):
            return BEGAN
        kinds: dict[type, Any] = {
            Boolean: False,
            Integer: 1,
            Float: 1.0,
            Date: date(1990, 5, 4),
            LargeBinary: b"x",
            String: f"{self.mark} {column.table.name}.{column.name}",
        }
        return next(value for kind, value in kinds.items() if isinstance(column.type, kind))

    def _own_account(self) -> int:
        accounts = Model.metadata.tables["accounts"]
        return int(self.session.scalar(select(accounts.c.id).where(accounts.c.owner_id == self.member_id)) or 0)

    def _file(self) -> Any:
        return self._insert(Model.metadata.tables["stored_files"])


class _Nothing:
    """A column that is left to itself."""


_NOTHING = _Nothing()


def said(session: Session, mark: str) -> list[str]:
    """The columns of the whole database in which a mark is still said; not the fingerprints of links."""
    found = []
    for table in Model.metadata.sorted_tables:
        for row in session.execute(select(table)):
            found += [
                f"{table.name}.{column.name}"
                for column, value in zip(table.columns, row, strict=True)
                if mark in str(value) and column.name != "hash"
            ]
    return sorted(set(found))


def tally(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: len(session.execute(select(table)).all()) for table in Model.metadata.sorted_tables}
