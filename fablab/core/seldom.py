"""What changes seldom is read once, and kept until somebody changes it.

Opening hours, rules, courses; who holds which role, certificate or membership: every reservation and every page asks
for them, and they change some times a day. Rows of such kinds are `Seldom`, or `SeldomOfPeople`. A transaction that
writes one leaves a new mark in the database as the last thing that it does; whoever begins anew compares marks, which
costs one small statement, and reads again what was kept under others. Marks are random, so that none ever comes back:
neither an undone transaction nor a restored database can make something old look new.

Within a transaction that has written such a row nothing kept is used, since others do not know of it yet. What is
written past this program, by hand, is seen after the next change, or a restart.
"""

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache, wraps
from secrets import token_hex
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from fablab.core.db import Model

About = ParamSpec("About")
Found = TypeVar("Found")
Reader = Callable[Concatenate[Session, About], Found]
_MOST = 20_000
"""So many answers; who asks for every day of a thousand years fills no memory."""
_HERE, _WRITTEN, _WAITED = "fablab_seldom", "fablab_seldom_written", "fablab_seldom_waited"
_WRITES = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE)
_LOCKS = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b")
"""PostgreSQL's; on SQLite nobody else writes during a transaction that writes."""
_LAB, _PEOPLE = "lab", "people"


class Seldom:
    """Besides `Model`: rows of this kind, the lab's own, change seldom, and what is made of them is kept."""

    seldom = _LAB


class SeldomOfPeople:
    """The same, of people: changed more often, so that what is kept of the lab does not suffer from it."""

    seldom = _PEOPLE


class Mark(Model):
    """Stands for all rows that change seldom, those of the lab or of people, as they are."""

    __tablename__ = "seldom_marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str]


@dataclass(slots=True)
class _Shelf:
    """What is kept of a database under a mark; both in one, since many threads read and renew them."""

    held: tuple[object, dict[Any, Any]] = (None, {})

    def under(self, mark: object) -> dict[Any, Any]:
        known, kept = self.held
        if known != mark or len(kept) >= _MOST:
            kept = {}
            self.held = (mark, kept)
        return kept


_MARKS = select(Mark.name, Mark.mark)
_shelves: MutableMapping[Engine, dict[str, _Shelf]] = WeakKeyDictionary()


def kept(read: Reader[About, Found]) -> Reader[About, Found]:
    """Keep what a function finds. It reads rows that are `Seldom`, and nothing else; it is asked about plain values,
    and gives frozen ones, since everybody gets the same.
    """

    def found(session: Session, *args: About.args, **kwargs: About.kwargs) -> Found:
        shelf = _shelf(session, _LAB)
        if shelf is None:
            return read(session, *args, **kwargs)
        key = (read, args, tuple(kwargs.items()))
        if key not in shelf:
            shelf[key] = read(session, *args, **kwargs)
        value: Found = shelf[key]
        return value

    return cast(Reader[About, Found], wraps(read)(found))


def kept_of_each(
    read: Callable[[Session, set[int]], Mapping[int, Found]],
) -> Callable[[Session, Iterable[int]], dict[int, Found]]:
    """Keep what a function finds of each of some people, all of whom it must name in its answer. It reads rows that are
    `SeldomOfPeople` or `Seldom`, and nothing else, and gives frozen values.
    """

    @wraps(read)
    def found(session: Session, member_ids: Iterable[int]) -> dict[int, Found]:
        wanted = set(member_ids)
        shelf = _shelf(session, _PEOPLE)
        if shelf is None:
            return dict(read(session, wanted))
        known = {key: shelf[read, key] for key in wanted if (read, key) in shelf}
        if len(known) < len(wanted):
            more = read(session, wanted - set(known))
            shelf.update({(read, key): value for key, value in more.items()})
            known.update(more)
        return known

    return found


def _shelf(session: Session, name: str) -> dict[Any, Any] | None:
    """What is kept of the database as this transaction sees it; None if nothing may be used."""
    if session.autoflush and (session.new or session.dirty or session.deleted):
        session.flush()
    marks, about = session.info.get(_HERE) or (None, session.connection().info)
    if about.pop(_WAITED, False) or marks is None:
        marks = {row.name: row.mark for row in session.execute(_MARKS)}
        session.info[_HERE] = marks, about
    written = about.get(_WRITTEN, ())
    # What is kept of people holds something of the lab besides.
    if _LAB in written or name in written or len(marks) < 2:
        return None
    engine = session.get_bind().engine
    if engine not in _shelves:
        _shelves[engine] = {_LAB: _Shelf(), _PEOPLE: _Shelf()}
    mark = marks[_LAB] if name == _LAB else (marks[_LAB], marks[_PEOPLE])
    return _shelves[engine][name].under(mark)


@event.listens_for(Engine, "before_cursor_execute")
def _noticed(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
    """Notice when a row that changes seldom is written, however that is done; and when somebody may wait for a lock,
    since others may have written meanwhile.
    """
    if statement.startswith("SELECT"):
        if _LOCKS.search(statement):
            connection.info[_WAITED] = True
    elif (found := _WRITES.match(statement)) and (name := _tables().get(found[1])):
        connection.info.setdefault(_WRITTEN, set()).add(name)


@event.listens_for(Engine, "begin")
def _begun(connection: Connection) -> None:
    for noticed in (_WRITTEN, _WAITED):
        connection.info.pop(noticed, None)


@event.listens_for(Session, "before_commit")
def _marked(session: Session) -> None:
    """Last of all, and always in the same order, so that who holds a mark waits for nobody else."""
    if session.get_nested_transaction() is not None:
        return
    session.flush()
    for name in sorted(session.connection().info.get(_WRITTEN, ())):
        session.execute(update(Mark).where(Mark.name == name).values(mark=token_hex(16)))


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HERE, None)


@cache
def _tables() -> dict[str, str]:
    """The tables whose rows change seldom, and whether they are of the lab or of people."""
    kinds: list[Any] = [mapper.class_ for mapper in Model.registry.mappers]
    return {kind.__tablename__: kind.seldom for kind in kinds if issubclass(kind, Seldom | SeldomOfPeople)}
