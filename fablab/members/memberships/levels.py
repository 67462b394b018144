"""The levels of access that memberships give."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fablab.members.memberships.rules import standing_on
from fablab.members.models import Membership, MembershipKind, MembershipPerson

Levels = dict[int | None, int]


def levels_given(session: Session, member_ids: Iterable[int], now: datetime) -> dict[int, Levels]:
    """The highest level at each site, or (None) at all, that memberships in order give each of these people now."""
    query = (
        select(MembershipPerson.member_id, MembershipPerson.joined_on, MembershipPerson.left_on, Membership)
        .join(Membership, Membership.id == MembershipPerson.membership_id)
        .join(MembershipKind, MembershipKind.id == Membership.kind_id)
        .options(
            joinedload(Membership.kind).joinedload(MembershipKind.site),
            joinedload(Membership.kind).joinedload(MembershipKind.legal_entity),
            selectinload(Membership.pauses),
        )
        .where(
            MembershipPerson.member_id.in_(set(member_ids)),
            MembershipKind.access_level.is_not(None),
            Membership.first_on <= now.date() + timedelta(days=1),
            # Grace is counted below; this only leaves old ones out.
            Membership.last_on >= now.date() - timedelta(days=367),
        )
    )
    found: dict[int, Levels] = {}
    for member_id, joined_on, left_on, membership in session.execute(query):
        kind = membership.kind
        today = now.astimezone(kind.zone).date()
        covered = joined_on <= today and (left_on is None or today <= left_on)
        if covered and kind.access_level and standing_on(membership.term, today).holds:
            own = found.setdefault(member_id, {})
            own[kind.site_id] = max(kind.access_level, own.get(kind.site_id, 0))
    return found
