"""The list of people that staff look through: by words, site, class, role and state, a page at a time."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from fablab.core.paging import PAGE, Page
from fablab.members.models import Guardianship, Member, MemberState, Role, RoleGrant
from fablab.members.queries import matching


class Standing(StrEnum):
    """Which people are looked for."""

    ACTIVE = "active"
    PENDING = "pending"
    LEFT = "left"
    WARDS = "wards"
    """Those who have a guardian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom the list shows; what is not said leaves everybody in."""

    search: str = ""
    site_id: int | None = None
    class_id: int | None = None
    role: Role | None = None
    standing: Standing = Standing.ACTIVE


def people(session: Session, wanted: Wanted, *, offset: int = 0, limit: int = PAGE) -> Page[Member]:
    """A page of the people who are wanted, by name, in two statements."""
    conditions = _conditions(wanted)
    count = session.scalar(select(func.count()).select_from(Member).where(*conditions)) or 0
    query: Select[Member] = select(Member).options(joinedload(Member.member_class)).where(*conditions)
    rows = session.scalars(query.order_by(Member.name_key, Member.id).offset(offset).limit(limit))
    return Page(list(rows), count, offset)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = matching(wanted.search)
    if wanted.standing == Standing.LEFT:
        found += [Member.left_at.is_not(None), Member.merged_into_id.is_(None)]
    else:
        found.append(Member.left_at.is_(None))
    if wanted.standing == Standing.PENDING:
        found.append(Member.state == MemberState.PENDING)
    if wanted.standing == Standing.WARDS:
        found.append(Member.id.in_(select(Guardianship.ward_id).where(Guardianship.ended_at.is_(None))))
    if wanted.site_id is not None:
        found.append(Member.home_site_id == wanted.site_id)
    if wanted.class_id is not None:
        found.append(Member.class_id == wanted.class_id)
    if wanted.role is not None:
        found.append(Member.id.in_(select(RoleGrant.member_id).where(RoleGrant.role == wanted.role)))
    return found
