"""Who may see and change a membership."""

from sqlalchemy.orm import Session

from fablab.core.errors import Forbidden, NotFound
from fablab.members import guardians
from fablab.members.actor import Actor
from fablab.members.memberships import queries
from fablab.members.models import Membership, MembershipKind, Role


def is_staff_for(actor: Actor, kind: MembershipKind) -> bool:
    """Tell whether somebody sells a kind at the desk: hosts of its site; of any, where it is the whole network's."""
    return actor.may_anywhere(Role.HOST) if kind.site_id is None else actor.may_at_site(Role.HOST, kind.site_id)


def needs_staff_for(actor: Actor, kind: MembershipKind) -> None:
    """Raises Forbidden unless `is_staff_for`."""
    if not is_staff_for(actor, kind):
        raise Forbidden(f"host for membership kind {kind.id}")


def membership_seen_by(session: Session, actor: Actor, membership_id: int) -> Membership:
    """A membership that one holds, that covers one, or that one looks after as staff; for one's wards as well.

    Raises:
        NotFound: there is none, or it is not theirs to see; nobody is told which.
    """
    found = queries.membership(session, membership_id)
    people = {found.holder_id, *(row.member_id for row in found.people)}
    if is_staff_for(actor, found.kind) or any(guardians.acts_for(session, actor, member_id) for member_id in people):
        return found
    raise NotFound(f"membership {membership_id}")
