"""Giving and taking back roles, by those who may; the network never loses its last administrator."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries, services
from fablab.members.actor import Actor
from fablab.members.models import Member, Role, RoleGrant


def appoint(
    session: Session,
    actor: Actor,
    member_id: int,
    role: Role,
    *,
    site_id: int | None = None,
    legal_entity_id: int | None = None,
) -> None:
    """Give somebody a role in a scope (neither: the whole network).

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such person.
    """
    actor.needs_everywhere(Role.ADMIN)
    member = queries.member(session, member_id)
    services.grant_role(session, member, role, site_id=site_id, legal_entity_id=legal_entity_id)


def dismiss(session: Session, actor: Actor, grant_id: int) -> None:
    """Take a role back.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: it was taken back already.
        Refused: nobody would be left to administer the network.
    """
    actor.needs_everywhere(Role.ADMIN)
    # Whoever changes administrators waits here for the others: two who dismiss each other cannot both succeed.
    administrators = list(session.scalars(_administrators().with_for_update(of=RoleGrant)))
    grant = session.get(RoleGrant, grant_id)
    if grant is None:
        raise NotFound(f"role grant {grant_id}")
    if grant in administrators and len(administrators) == 1:
        text = _("This is the network’s last administrator. Give somebody else the role first.")
        raise Refused.because("last_admin", text)
    session.delete(grant)
    session.flush()


def _administrators() -> Select[RoleGrant]:
    return (
        select(RoleGrant)
        .join(Member, Member.id == RoleGrant.member_id)
        .where(
            RoleGrant.role == Role.ADMIN,
            RoleGrant.site_id.is_(None),
            RoleGrant.legal_entity_id.is_(None),
            Member.left_at.is_(None),
        )
        .order_by(RoleGrant.id)
    )
