"""What is asked of the network's places."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.errors import NotFound
from fablab.sites.hours import Opening
from fablab.sites.models import LegalEntity, OpeningHours, Room, Site, VatRegime


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
    """Every room of every site, by site and name."""
    return list(session.scalars(select(Room).join(Site).order_by(Site.name, Room.name)))


def openings_of(session: Session, site_ids: Iterable[int]) -> dict[int, list[Opening]]:
    """The weekly openings of each of these sites."""
    found: dict[int, list[Opening]] = {site_id: [] for site_id in site_ids}
    for row in session.scalars(select(OpeningHours).where(OpeningHours.site_id.in_(found))):
        found[row.site_id].append(Opening(row.weekday, row.opens, row.closes))
    return found


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
