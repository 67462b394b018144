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
    _lock_administrators(session)
    grant = session.get(RoleGrant, grant_id, populate_existing=True)
    if grant is None:
        raise NotFound(f"role grant {grant_id}")
    if grant.role == Role.ADMIN and grant.site_id is None and grant.legal_entity_id is None:
        needs_another_admin(session, grant.member_id)
    session.delete(grant)
    session.flush()


def needs_another_admin(session: Session, member_id: int) -> None:
    """Ask before somebody stops being an administrator of the network, in whatever way: dismissed, leaving, merged
    into another, erased. Fine for those who are none. Who asks keeps all others waiting until the transaction ends.

    Raises:
        Refused: nobody would be left to administer the network.
    """
    _lock_administrators(session)
    administrators = set(session.scalars(_administrators()))
    if administrators == {member_id}:
        text = _("This is the network’s last administrator. Give somebody else the role first.")
        raise Refused.because("last_admin", text)


def _lock_administrators(session: Session) -> None:
    """Whoever changes administrators waits here for the others: two who dismiss each other cannot both succeed."""
    query = select(RoleGrant.id).where(
        RoleGrant.role == Role.ADMIN, RoleGrant.site_id.is_(None), RoleGrant.legal_entity_id.is_(None)
    )
    session.scalars(query.order_by(RoleGrant.id).with_for_update()).all()


def _administrators() -> Select[int]:
    """Those who are still here; asked anew once the others are done, since somebody else may have left meanwhile."""
    return (
        select(Member.id)
        .join(RoleGrant, RoleGrant.member_id == Member.id)
        .where(
            RoleGrant.role == Role.ADMIN,
            RoleGrant.site_id.is_(None),
            RoleGrant.legal_entity_id.is_(None),
            Member.left_at.is_(None),
            Member.erased_at.is_(None),
            Member.merged_into_id.is_(None),
        )
    )
