"""Reading the log of who did what to whom: staff of a site read what is of it, administrators all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from fablab.core.audit import AuditEntry
from fablab.core.paging import PAGE, Page
from fablab.members import queries
from fablab.members.actor import Actor, Role
from fablab.members.models import Member
from fablab.sites import queries as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries: about a person, by somebody, of an action, in a half-open period; what is not said is any.

    A person is meant by their number (`member_id`), or by words of a name or an address (`person`); by words, those who
    did something too.
    """

    member_id: int | None = None
    actor_id: int | None = None
    person: str = ""
    doer: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entries(Page[AuditEntry]):
    """A page of entries, the latest first, and what those are called whom they name."""

    names: dict[int, str] = field(default_factory=dict)


def entries(session: Session, actor: Actor, wanted: Wanted, *, offset: int = 0, limit: int = PAGE) -> Entries:
    """A page of the log, as far as this person may read it: of one's sites, and of the people whom they look after.

    Raises:
        Forbidden: not a fabmanager of any site.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    conditions = [*_seen_by(session, actor), *_conditions(session, wanted)]
    count = session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    query: Select[AuditEntry] = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    rows = list(session.scalars(query.offset(offset).limit(limit)))
    return Entries(rows, count, offset, names=queries.names_of(session, _named(rows)))


def actions(session: Session) -> list[str]:
    """Everything that was ever done, by its code."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def _named(rows: Sequence[AuditEntry]) -> set[int]:
    return {key for row in rows for key in (row.actor_id, row.member_id) if key is not None}


def _seen_by(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    if actor.may_everywhere(Role.ADMIN) or actor.may_everywhere(Role.FABMANAGER):
        return []
    own = actor.sites_of(Role.FABMANAGER, [row.id for row in sites.sites(session)])
    looked_after = select(Member.id).where(Member.home_site_id.in_(own))
    return [
        or_(
            AuditEntry.site_id.in_(own),
            AuditEntry.site_id.is_(None) & AuditEntry.member_id.in_(looked_after),
        )
    ]


def _meant(words: str) -> Select[Any]:
    """The people whom these words mean, with the records that were merged into them."""
    people = select(Member.id).where(*queries.matching(words))
    return select(Member.id).where(or_(Member.id.in_(people), Member.merged_into_id.in_(people)))


def _conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.member_id is not None:
        found.append(AuditEntry.member_id.in_(queries.identities(session, wanted.member_id)))
    if wanted.actor_id is not None:
        found.append(AuditEntry.actor_id.in_(queries.identities(session, wanted.actor_id)))
    if wanted.person.strip():
        found.append(AuditEntry.member_id.in_(_meant(wanted.person)))
    if wanted.doer.strip():
        found.append(AuditEntry.actor_id.in_(_meant(wanted.doer)))
    if wanted.action:
        found.append(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEntry.at < wanted.until)
    return found
