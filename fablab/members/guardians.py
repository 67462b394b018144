"""Guardians and their wards: who answers for whom, and what they signed for."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fablab.members.models import Authorisation, Guardianship, Permission


def wards_of(session: Session, guardian_id: int) -> list[Guardianship]:
    """Those whom somebody answers for now, in the order in which that began."""
    query = (
        select(Guardianship)
        .options(joinedload(Guardianship.ward))
        .where(Guardianship.guardian_id == guardian_id, Guardianship.ended_at.is_(None))
    )
    return list(session.scalars(query.order_by(Guardianship.id)))


def guardians_of(session: Session, ward_id: int) -> list[Guardianship]:
    """Those who answer for somebody now, in the order in which that began."""
    query = (
        select(Guardianship)
        .options(joinedload(Guardianship.guardian))
        .where(Guardianship.ward_id == ward_id, Guardianship.ended_at.is_(None))
    )
    return list(session.scalars(query.order_by(Guardianship.id)))


def answers_for(session: Session, guardian_id: int, ward_id: int) -> bool:
    """Tell whether somebody is another's guardian now."""
    query = select(Guardianship.id).where(
        Guardianship.guardian_id == guardian_id, Guardianship.ward_id == ward_id, Guardianship.ended_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def permits(session: Session, ward_id: int, permission: Permission) -> bool:
    """Tell whether the latest answer of a guardian to this is yes."""
    query = select(Authorisation.given).where(Authorisation.ward_id == ward_id, Authorisation.permission == permission)
    return bool(session.scalar(query.order_by(Authorisation.id.desc()).limit(1)))
