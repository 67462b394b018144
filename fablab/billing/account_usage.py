"""What an account's people used in a month, by person and project, what it costs, and what their caps leave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.billing.spending import commitments
from fablab.booking.purse import Commitment, Kind
from fablab.core import tables
from fablab.core.actor import Actor
from fablab.core.errors import NotFound
from fablab.core.money import rounded
from fablab.members import queries as members
from fablab.members.models import Account, Member
from fablab.members.organisations import people, projects, rights

Key = TypeVar("Key")
COLUMNS = ("month", "account", "person", "project", "minutes", "charged", "not_yet_charged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was used and what it costs; cents with VAT, each rounded by itself from exact sums."""

    seconds: int
    charged_cents: int
    expected_cents: int
    """Not yet charged: uses that wait, and what is reserved."""
    total_cents: int
    unpriced: bool
    """Something waits for a price, and is in no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person's use for one project, or for none."""

    member_id: int
    person: str
    project_id: int | None
    project: str
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """The account, a person or a project with all that it spends, and what its cap leaves."""

    id: int
    name: str
    spent: Spent
    cap_cents: int | None
    left_cents: int | None
    """Never less than nothing; None without a cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUsage:
    """An account's month. Who does not keep it sees only what is theirs, and `whole` is None."""

    account: Account
    month: str
    lines: list[Line]
    whole: Capped | None
    people: list[Capped]
    projects: list[Capped]


def usage_of(session: Session, actor: Actor, account_id: int, month: str, now: datetime) -> AccountUsage:
    """An account's month: all of it for those who keep it, their own part for its other people.

    Raises:
        NotFound: there is none, or it is nothing to them.
    """
    seen = rights.sight(session, actor, account_id)
    if not seen.may_edit and seen.place is None:
        raise NotFound(f"use of account {account_id}")
    found = commitments(session, account_id, month, now)
    merged = _merged(session, {item.member_id for item in found})
    account = seen.account
    if seen.may_edit:
        own, caps = found, {row.member_id: row.monthly_cap_cents for row in people.people_of(session, account_id)}
    else:
        own = [item for item in found if merged[item.member_id] == actor.member_id]
        caps = {actor.member_id: seen.place.monthly_cap_cents if seen.place else None}
    names = members.names_of(session, {*merged.values(), *caps})
    all_projects = projects.all_of(session, account_id)
    named = {row.id: row.name for row in all_projects}
    by_person = _grouped(own, lambda item: merged[item.member_id])
    by_project = _grouped(found if seen.may_edit else [], lambda item: item.project_id)
    return AccountUsage(
        account=account,
        month=month,
        lines=_lines(own, merged, names, named),
        whole=_capped(account.id, account.name, own, account.monthly_cap_cents) if seen.may_edit else None,
        people=sorted(
            (_capped(key, names[key], by_person.get(key, []), caps.get(key)) for key in {*by_person, *caps}),
            key=lambda row: (row.name, row.id),
        ),
        projects=[
            _capped(row.id, row.name, by_project.get(row.id, []), row.monthly_cap_cents)
            for row in all_projects
            if seen.may_edit and (row.id in by_project or row.closed_at is None)
        ],
    )


def table(usage: AccountUsage) -> str:
    """The lines as CSV, which no spreadsheet takes for formulas; amounts with a point and two decimals."""
    return tables.written(
        COLUMNS,
        (
            {
                "month": usage.month,
                "account": usage.account.name,
                "person": line.person,
                "project": line.project,
                "minutes": _decimal(rounded(Fraction(line.spent.seconds * 100, 60))),
                "charged": _decimal(line.spent.charged_cents),
                "not_yet_charged": _decimal(line.spent.expected_cents),
            }
            for line in usage.lines
        ),
    )


def _decimal(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _lines(found: list[Commitment], merged: dict[int, int], names: dict[int, str], named: dict[int, str]) -> list[Line]:
    groups = _grouped(found, lambda item: (merged[item.member_id], item.project_id))
    lines = [
        Line(
            member_id=member_id,
            person=names[member_id],
            project_id=project_id,
            project=named.get(project_id or 0, ""),
            spent=_spent(items),
        )
        for (member_id, project_id), items in groups.items()
    ]
    return sorted(lines, key=lambda line: (line.person, line.member_id, line.project, line.project_id or 0))


def _grouped(found: Iterable[Commitment], key: Callable[[Commitment], Key]) -> dict[Key, list[Commitment]]:
    groups: dict[Key, list[Commitment]] = {}
    for item in found:
        groups.setdefault(key(item), []).append(item)
    return groups


def _capped(key: int, name: str, found: list[Commitment], cap_cents: int | None) -> Capped:
    left = None if cap_cents is None else max(Fraction(0), cap_cents - _sum(found))
    return Capped(
        id=key,
        name=name,
        spent=_spent(found),
        cap_cents=cap_cents,
        left_cents=None if left is None else rounded(left),
    )


def _spent(found: list[Commitment]) -> Spent:
    charged = _sum(item for item in found if item.kind == Kind.CHARGED)
    expected = _sum(item for item in found if item.kind != Kind.CHARGED)
    return Spent(
        seconds=sum(item.seconds for item in found),
        charged_cents=rounded(charged),
        expected_cents=rounded(expected),
        total_cents=rounded(charged + expected),
        unpriced=any(item.unpriced for item in found),
    )


def _sum(found: Iterable[Commitment]) -> Fraction:
    return sum((item.cents for item in found), start=Fraction(0))


def _merged(session: Session, member_ids: Iterable[int]) -> dict[int, int]:
    """Under which record each of these people is known now: what was theirs before they were merged is theirs still."""
    found = {key: key for key in member_ids}
    while True:
        query = select(Member.id, Member.merged_into_id).where(
            Member.id.in_(set(found.values())), Member.merged_into_id.is_not(None)
        )
        onward = {row.id: row.merged_into_id for row in session.execute(query)}
        if not onward:
            return found
        found = {key: onward.get(value, value) for key, value in found.items()}
