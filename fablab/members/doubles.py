"""People who may be one person: found by name, address and day of birth."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.text import plain_of
from fablab.members import queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Member, NotDoubles

MOST_COMPARED = 200
"""Of those born on one day with a word in common, such as a default that another program wrote for everybody."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is compared of a person."""

    id: int
    name: str
    """As `plain_of` makes it."""
    emails: frozenset[str]
    birth_date: date | None

    @property
    def words(self) -> tuple[str, ...]:
        """The name's words in order, so that `Roche Élodie` and `Élodie Roche` are alike."""
        return words_of(self.name)


class Nearby:
    """People, kept by what can make two of them one, so that somebody is compared with few of them."""

    def __init__(self) -> None:
        self._kept: dict[object, list[Trace]] = defaultdict(list)

    def put(self, trace: Trace) -> None:
        """Keep one more."""
        self._kept[trace.words, trace.birth_date].append(trace)
        self._kept[trace.words].append(trace)
        if trace.birth_date is not None:
            for shared in {*trace.words, *trace.emails}:
                self._kept[trace.birth_date, shared].append(trace)

    def first_like(self, trace: Trace) -> Trace | None:
        """One who may be the same person; None for nobody."""
        keys: list[object] = [(trace.words, trace.birth_date), (trace.words, None)]
        if trace.birth_date is None:
            keys = [trace.words]
        else:
            keys += [(trace.birth_date, shared) for shared in sorted({*trace.words, *trace.emails})]
        near = (other for key in keys for other in self._kept.get(key, [])[:MOST_COMPARED])
        return next((other for other in near if alike(trace, other)), None)


def nearby(session: Session) -> Nearby:
    """Everybody who has not left, in one statement."""
    found = Nearby()
    query = select(Member.id, Member.name_key, Member.email, Member.shared_email, Member.birth_date)
    for number, name, email, shared, born in session.execute(query.where(Member.left_at.is_(None))):
        found.put(Trace(number, name, frozenset(text for text in (email, shared) if text), born))
    return found


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that `plain_of` made, in order."""
    return tuple(sorted(name.replace("-", " ").split()))


def alike(one: Trace, other: Trace) -> bool:
    """Tell whether two may be one person: the same name and no other day of birth, or the same day of birth with an
    address in common, or with a name of which one holds the other's words.
    """
    if one.id == other.id:
        return False
    born = (one.birth_date, other.birth_date)
    if one.words == other.words:
        return None in born or born[0] == born[1]
    if None in born or born[0] != born[1]:
        return False
    first, second = set(one.words), set(other.words)
    return bool(one.emails & other.emails) or (len(first & second) > 0 and (first <= second or second <= first))


def like(session: Session, name: str, email: str | None, birth_date: date | None) -> list[Member]:
    """Members who may be somebody who is about to be added, at most ten."""
    trace = Trace(0, plain_of(name), frozenset({email.lower()} if email else set()), birth_date)
    longest = max(trace.words, key=len, default="")
    if not longest:
        return []
    near = [Member.name_key.contains(longest, autoescape=True)]
    if birth_date is not None:
        near.append(Member.birth_date == birth_date)
    rows = session.scalars(select(Member).where(Member.left_at.is_(None), or_(*near)).limit(500))
    return [row for row in rows if alike(trace, _trace(row))][:10]


def pairs(session: Session) -> list[tuple[Member, Member]]:
    """Every two members who may be one person, the older record first; without those who staff say are two."""
    rows = session.scalars(select(Member).where(Member.left_at.is_(None)).order_by(Member.id)).all()
    people = {row.id: row for row in rows}
    apart = {(row.one_id, row.other_id) for row in session.scalars(select(NotDoubles))}
    found = [pair for pair in couples([_trace(row) for row in rows]) if pair not in apart]
    return [(people[one], people[other]) for one, other in found]


def set_apart(session: Session, actor: Actor, one_id: int, other_id: int, now: datetime) -> None:
    """Say that two who are alike are two people, so that they are shown no more. Twice equals once.

    Raises:
        Forbidden: not a fabmanager of any site.
        NotFound: there is no such person.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    low, high = sorted((queries.member(session, one_id).id, queries.member(session, other_id).id))
    if low == high or session.get(NotDoubles, (low, high)) is not None:
        return
    session.add(NotDoubles(one_id=low, other_id=high, at=now, by_id=actor.member_id))
    session.flush()
    audit.note(session, actor.member_id, "doubles.apart", now, member_id=low, subject=f"member:{high}")


def couples(traces: Iterable[Trace]) -> list[tuple[int, int]]:
    """The ids of every two who are alike, in order. Only those who share a name or a day of birth are compared."""
    near: dict[object, list[Trace]] = defaultdict(list)
    for trace in traces:
        near[trace.words].append(trace)
        if trace.birth_date is not None:
            near[trace.birth_date].append(trace)
    found = {
        (min(one.id, other.id), max(one.id, other.id))
        for group in near.values()
        for at, one in enumerate(group)
        for other in group[at + 1 :]
        if alike(one, other)
    }
    return sorted(found)


def _trace(row: Member) -> Trace:
    emails = frozenset(address for address in (row.email, row.shared_email) if address)
    return Trace(row.id, row.name_key, emails, row.birth_date)
