"""Records of people that were merged one into another: whose they are now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.seldom import kept_of_each
from fablab.members.models import Member


@kept_of_each
def identities_of(session: Session, member_ids: set[int]) -> dict[int, tuple[int, ...]]:
    """Of each of these people their record and those that were merged into it, whose rows for good still name them;
    in as many statements as records were merged one into another.
    """
    found: dict[int, tuple[int, ...]] = {member_id: (member_id,) for member_id in member_ids}
    level = {member_id: member_id for member_id in found}
    query = select(Member.id, Member.merged_into_id).order_by(Member.id)
    while level:
        rows = session.execute(query.where(Member.merged_into_id.in_(level)))
        level = {merged_id: level[into_id or 0] for merged_id, into_id in rows}
        for merged_id, survivor_id in level.items():
            found[survivor_id] += (merged_id,)
    return found
