"""Visits as funders count them: pure counts of a period; whoever publishes them hides what is too few."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from fablab.core.period import Period
from fablab.members.models import Member
from fablab.presence.models import Arrival


class Facet(StrEnum):
    """What visits are told apart by."""

    SITE = "site"
    REASON = "reason"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits that are alike in the facets asked for; a facet that was not asked for is None."""

    site_id: int | None
    reason_id: int | None
    public_kind_id: int | None
    """None also where nobody said."""
    visits: int
    """Each arrival counted, groups by their number of people."""
    members: int
    """How many different members came; a record and its doubles are one. These do not add up across facets."""
    guests: int
    """Those of the visits that were guests, each alone."""
    in_groups: int
    """Those of the visits that came in groups."""


_COLUMNS = {
    Facet.SITE: Arrival.site_id,
    Facet.REASON: Arrival.reason_id,
    Facet.PUBLIC: Arrival.public_kind_id,
}


def visits(session: Session, site_ids: Iterable[int], within: Period, *, by: Iterable[Facet] = ()) -> list[Visits]:
    """The visits of a period at these sites, by these facets; without one, all together (nothing for none).

    A visit belongs to the period in which it began.
    """
    facets = [facet for facet in Facet if facet in set(by)]
    columns = [_COLUMNS[facet] for facet in facets]
    is_group = Arrival.member_id.is_(None) & ((Arrival.headcount > 1) | (Arrival.label != ""))
    is_guest = Arrival.member_id.is_(None) & (Arrival.headcount == 1) & (Arrival.label == "")
    query = (
        select(
            Arrival.site_id if Facet.SITE in facets else literal(None),
            Arrival.reason_id if Facet.REASON in facets else literal(None),
            Arrival.public_kind_id if Facet.PUBLIC in facets else literal(None),
            func.sum(Arrival.headcount),
            func.count(func.coalesce(Member.merged_into_id, Arrival.member_id).distinct()),
            _heads(is_guest),
            _heads(is_group),
        )
        .outerjoin(Member, Member.id == Arrival.member_id)
        .where(
            Arrival.site_id.in_(set(site_ids)),
            Arrival.arrived_at >= within.start,
            Arrival.arrived_at < within.end,
        )
        .group_by(*columns)
        .order_by(*columns)
        .having(func.count() > 0)
    )
    return [
        Visits(site_id, reason_id, kind_id, count, people, guests, in_groups)
        for site_id, reason_id, kind_id, count, people, guests, in_groups in session.execute(query)
    ]


def _heads(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, Arrival.headcount), else_=0)), 0)
