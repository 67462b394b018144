"""What is asked of the network's places."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.core.seldom import kept
from fablab.sites.models import AccessLevel, LegalEntity, Room, Site, Timetable, VatRegime


def sites(session: Session) -> list[Site]:
    """Every site, by name."""
    return list(session.scalars(select(Site).order_by(Site.name)))


def site(session: Session, site_id: int) -> Site:
    """The site with this id; NotFound if there is none."""
    found = session.get(Site, site_id)
    if found is None:
        raise NotFound(f"site {site_id}")
    return found


def rooms(session: Session) -> list[Room]:
    """Every room of every site that is still there, by site and name."""
    query = select(Room).join(Site).where(Room.removed_at.is_(None))
    return list(session.scalars(query.order_by(Site.name, Room.name)))


def narrower_timetables(session: Session) -> list[Timetable]:
    """Every timetable besides the sites' own, by site and name."""
    query = select(Timetable).join(Site, Site.id == Timetable.site_id).where(Timetable.is_main.is_(False))
    return list(session.scalars(query.order_by(Site.name, Timetable.name)))


def room(session: Session, room_id: int) -> Room:
    """The room with this id; NotFound if there is none."""
    found = session.get(Room, room_id)
    if found is None:
        raise NotFound(f"room {room_id}")
    return found


def site_by_slug(session: Session, slug: str) -> Site:
    """The site with this short word; NotFound if there is none."""
    found = session.scalar(select(Site).where(Site.slug == slug))
    if found is None:
        raise NotFound(f"site {slug!r}")
    return found


def lock_site(session: Session, site_id: int) -> Site:
    """The site, locked until the transaction ends, so that its hours are changed by one person at a time."""
    query = select(Site).where(Site.id == site_id).with_for_update(key_share=True)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"site {site_id}")
    return found


def lock_entity(session: Session, entity_id: int) -> LegalEntity:
    """The entity, locked until the transaction ends, as it stands now; NotFound if there is none."""
    query = select(LegalEntity).where(LegalEntity.id == entity_id).with_for_update(key_share=True)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"legal entity {entity_id}")
    return found


def access_levels(session: Session) -> dict[int, str]:
    """What the network calls its levels of access, from the lowest above everybody's."""
    return dict(_levels(session))


@kept
def _levels(session: Session) -> Mapping[int, str]:
    query = select(AccessLevel.rank, AccessLevel.name).order_by(AccessLevel.rank)
    return MappingProxyType({row.rank: row.name for row in session.execute(query)})


def legal_entities(session: Session) -> list[LegalEntity]:
    """Every legal entity, by name."""
    return list(session.scalars(select(LegalEntity).order_by(LegalEntity.name)))


def legal_entity(session: Session, entity_id: int) -> LegalEntity:
    """The entity with this id; NotFound if there is none."""
    found = session.get(LegalEntity, entity_id)
    if found is None:
        raise NotFound(f"legal entity {entity_id}")
    return found


def lock_legal_entity(session: Session, entity_id: int) -> None:
    """Let nobody else issue for the entity, or undo what might be issued, until the transaction ends."""
    query = select(LegalEntity.id).where(LegalEntity.id == entity_id).with_for_update(key_share=True)
    session.scalars(query).one()


def vat_regimes(session: Session) -> dict[int, list[VatRegime]]:
    """Every VAT regime by its entity, the latest first."""
    found: dict[int, list[VatRegime]] = {}
    for row in session.scalars(select(VatRegime).order_by(VatRegime.valid_from.desc())):
        found.setdefault(row.legal_entity_id, []).append(row)
    return found


def vat_regime_on(session: Session, entity_id: int, day: date) -> VatRegime:
    """The regime in force for the entity on that day; NotFound if none was entered."""
    query = (
        select(VatRegime)
        .where(VatRegime.legal_entity_id == entity_id, VatRegime.valid_from <= day)
        .order_by(VatRegime.valid_from.desc())
        .limit(1)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"VAT regime of legal entity {entity_id} on {day}")
    return found
