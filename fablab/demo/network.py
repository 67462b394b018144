"""Builds the demonstration's network through the same services that staff use: places, people, machines, prices."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from fablab.billing.models import IssuerRule
from fablab.billing.services import PriceCard, add_price
from fablab.catalog.models import Category, Resource, ResourceState
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.period import boundary_of
from fablab.demo import people
from fablab.demo.people import ADULT, COMPANY, CUTTING, HALL, LASER, MILL, MILLING, PRINTER, PRINTING, RIVE, STUDENT
from fablab.members import queries as members
from fablab.members import services
from fablab.members.actor import Actor
from fablab.members.models import Account, Member, Role
from fablab.members.passwords import hash_password
from fablab.sites.hours import Opening
from fablab.sites.models import LegalEntity, Room, Site, VatRegime
from fablab.sites.services import give_timetable
from fablab.training.services import add_course, validate

PRICES = {PRINTER: (300, 200, 450), LASER: (2400, 1800, 3600), MILL: (1800, 1200, 3000)}
"""Cents an hour, VAT included: for everybody, for students and job seekers, for companies."""


@dataclass(slots=True)
class Network:
    """What was built, for those who fill it with life."""

    entity: LegalEntity
    sites: dict[str, Site] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    organisation: Account | None = None

    def actor(self, session: Session, login: str) -> Actor:
        """One of the people as one who asks."""
        return members.actor(session, self.members[login].id)


def build(session: Session, begin: date, now: datetime) -> Network:
    """Build the network as it stood on its first day."""
    network = Network(_entity(session))
    _sites(session, network)
    opened = boundary_of(begin, time(8), network.sites[HALL].zone)
    _people(session, network, opened)
    categories = _categories(session)
    courses = {
        PRINTING: add_course(session, PRINTING, validity_months=24, category_ids=(categories[PRINTER],)).id,
        CUTTING: add_course(session, CUTTING, validity_months=12, category_ids=(categories[LASER],)).id,
        MILLING: add_course(session, MILLING, validity_months=12, category_ids=(categories[MILL],)).id,
    }
    _machines(session, network, categories, opened)
    _prices(session, network, categories, begin, opened)
    _certificates(session, network, courses, opened)
    return network


def _entity(session: Session) -> LegalEntity:
    entity = LegalEntity(
        name="Association Les Ateliers du Gier",
        address="12 rue de la Halle\n42400 Saint-Chamond",
        siren="732829320",
        vat_number="FR44732829320",
        invoice_note=(
            "Paiement à 30 jours, par virement ou au comptoir.\n"
            "Ceci est une démonstration : cette association et ses membres sont inventés."
        ),
    )
    session.add(entity)
    session.flush()
    session.add(VatRegime(legal_entity_id=entity.id, valid_from=date(2020, 1, 1), rate_bp=2000))
    session.add(IssuerRule(legal_entity_id=entity.id))
    session.flush()
    return entity


def _sites(session: Session, network: Network) -> None:
    hall = Site(slug=HALL, name="La Halle", town="Saint-Chamond", address="12 rue de la Halle, 42400 Saint-Chamond")
    rive = Site(
        slug=RIVE, name="L’Atelier de la Rive", town="Rive-de-Gier", address="3 quai du Canal, 42800 Rive-de-Gier"
    )
    session.add_all([hall, rive])
    session.flush()
    network.sites = {HALL: hall, RIVE: rive}
    # Members of La Halle have a badge and come at any hour; the other site has people and hours.
    give_timetable(session, hall, [Opening(day, 0, 1440) for day in range(7)])
    give_timetable(session, rive, [Opening(day, 9 * 60, 19 * 60) for day in range(1, 6)])
    for slug, room in sorted({(machine.site, machine.room) for machine in people.MACHINES}):
        session.add(Room(site_id=network.sites[slug].id, name=room))
    session.flush()


def _people(session: Session, network: Network, opened: datetime) -> None:
    classes = {name: services.add_class(session, name) for name in (ADULT, STUDENT, COMPANY)}
    password = hash_password(people.PASSWORD)
    for person in (*people.STAFF, *people.MAKERS):
        member = services.add_member(
            session, name=person.name, email=person.email, member_class=classes[person.member_class], now=opened
        )
        member.password_hash = password
        network.members[person.login] = member
    hall, rive = network.sites[HALL].id, network.sites[RIVE].id
    services.grant_role(session, network.members["admin"], Role.ADMIN)
    services.grant_role(session, network.members["fabmanager"], Role.FABMANAGER, site_id=hall)
    services.grant_role(session, network.members["fabmanager.rive"], Role.FABMANAGER, site_id=rive)
    services.grant_role(session, network.members["formateur"], Role.TRAINER)
    services.grant_role(session, network.members["tresoriere"], Role.TREASURER, legal_entity_id=network.entity.id)
    session.flush()


def _categories(session: Session) -> dict[str, int]:
    rows = [Category(name=name, icon=icon, position=at) for at, (name, icon) in enumerate(people.CATEGORIES)]
    session.add_all(rows)
    session.flush()
    return {row.name: row.id for row in rows}


def _machines(session: Session, network: Network, categories: dict[str, int], opened: datetime) -> None:
    admin = network.actor(session, "admin")
    rooms = {(row.site_id, row.name): row.id for row in session.query(Room)}
    for machine in people.MACHINES:
        site = network.sites[machine.site]
        card = ResourceCard(
            name=machine.name,
            category_id=categories[machine.category],
            site_id=site.id,
            room_id=rooms[site.id, machine.room],
            model=machine.model,
            description=machine.about,
            slot_minutes=machine.slot_minutes,
        )
        network.resources[machine.name] = add_resource(session, admin, card, opened)


def take_out_the_broken(session: Session, network: Network) -> None:
    """Give each machine the state that it has today; in its past it worked."""
    for machine in people.MACHINES:
        network.resources[machine.name].state = ResourceState(machine.state)
        network.resources[machine.name].state_note = machine.note
    session.flush()


def _prices(session: Session, network: Network, categories: dict[str, int], begin: date, opened: datetime) -> None:
    treasurer = network.actor(session, "tresoriere")
    class_ids = {row.name: row.id for row in members.classes(session)}
    for category, amounts in PRICES.items():
        for class_id, cents in zip((None, class_ids[STUDENT], class_ids[COMPANY]), amounts, strict=True):
            card = PriceCard(
                legal_entity_id=network.entity.id,
                category_id=categories[category],
                class_id=class_id,
                valid_from=begin,
                amount_cents=cents,
                per_seconds=3600,
            )
            add_price(session, treasurer, card, opened)


def _certificates(session: Session, network: Network, courses: dict[str, int], opened: datetime) -> None:
    trainer, admin = network.actor(session, "formateur"), network.actor(session, "admin")
    for number, person in enumerate((*people.STAFF, *people.MAKERS)):
        for course in person.courses:
            by = admin if person.login == "formateur" else trainer
            validate(session, by, network.members[person.login].id, courses[course], opened + timedelta(minutes=number))
