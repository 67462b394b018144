"""The fixed cast of the tests: one association, two sites, one machine or two of each kind, one person of each role."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from fablab.billing.models import IssuerRule
from fablab.billing.services import PriceCard, add_price
from fablab.catalog.models import Category
from fablab.catalog.services import ResourceCard, add_resource
from fablab.members import queries, services
from fablab.members.models import Member, MemberClass, Role
from fablab.sites.hours import Opening
from fablab.sites.models import LegalEntity, Room, Site, VatRegime
from fablab.sites.services import give_timetable
from fablab.training.services import add_course, validate

PASSWORD = "correct horse battery"
LONG_AGO = datetime(2025, 1, 6, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Ids of everything that the tests speak of. `workshop` never closes; `office` is open on weekdays, 9 to 18."""

    entity: int
    workshop: int
    office: int
    adults: int
    students: int
    printers: int
    lasers: int
    desks: int
    printer: int
    other_printer: int
    laser: int
    desk_room: int
    """Three places, at the office, without a certificate."""
    printing: int
    """The course that printers need; `maker` holds its certificate, `newcomer` does not."""
    cutting: int
    maker: int
    newcomer: int
    student: int
    trainer: int
    fabmanager: int
    """Of the workshop only."""
    treasurer: int
    admin: int


@cache
def hashed_password() -> str:
    """Everybody's password, hashed once, and cheaply: what a comparison costs stands in the hash that is kept."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_cast(session: Session) -> Cast:
    """Fill an empty database with the cast."""
    entity, workshop, office = _places(session)
    adults = services.add_class(session, "Adulte")
    students = services.add_class(session, "Étudiant")
    people = {
        name: _person(session, name, students if name == "student" else adults)
        for name in ("maker", "newcomer", "student", "trainer", "fabmanager", "treasurer", "admin")
    }
    services.grant_role(session, people["trainer"], Role.TRAINER)
    services.grant_role(session, people["fabmanager"], Role.FABMANAGER, site_id=workshop.id)
    services.grant_role(session, people["treasurer"], Role.TREASURER, legal_entity_id=entity.id)
    services.grant_role(session, people["admin"], Role.ADMIN)
    kinds = [Category(name=name, position=at) for at, name in enumerate(("Imprimante 3D", "Découpe laser", "Bureau"))]
    session.add_all(kinds)
    session.flush()
    printers, lasers, desks = (kind.id for kind in kinds)
    admin = queries.actor(session, people["admin"].id)

    def resource(name: str, category_id: int, site: Site, **more: int) -> int:
        card = ResourceCard(name=name, category_id=category_id, site_id=site.id, **more)
        return add_resource(session, admin, card, LONG_AGO).id

    printing = add_course(session, "Impression 3D", category_ids=(printers,))
    cutting = add_course(session, "Découpe laser", category_ids=(lasers,))
    trainer = queries.actor(session, people["trainer"].id)
    for name in ("maker", "student"):
        validate(session, trainer, people[name].id, printing.id, LONG_AGO)
    cast = Cast(
        entity=entity.id,
        workshop=workshop.id,
        office=office.id,
        adults=adults.id,
        students=students.id,
        printers=printers,
        lasers=lasers,
        desks=desks,
        printer=resource("Prusa n°1", printers, workshop),
        other_printer=resource("Prusa n°2", printers, workshop),
        laser=resource("Laser", lasers, workshop),
        desk_room=resource("Salle des bureaux", desks, office, places=3),
        printing=printing.id,
        cutting=cutting.id,
        **{name: person.id for name, person in people.items()},
    )
    _prices(session, cast)
    return cast


def _places(session: Session) -> tuple[LegalEntity, Site, Site]:
    entity = LegalEntity(name="Association de test", address="1 rue du Test\n42000 Saint-Étienne", siren="732829320")
    workshop = Site(slug="atelier", name="Atelier", town="Saint-Étienne")
    office = Site(slug="bureaux", name="Bureaux", town="Roanne")
    session.add_all([entity, workshop, office])
    session.flush()
    session.add(VatRegime(legal_entity_id=entity.id, valid_from=date(2020, 1, 1), rate_bp=2000))
    session.add(IssuerRule(legal_entity_id=entity.id))
    session.add(Room(site_id=workshop.id, name="Salle A"))
    give_timetable(session, workshop, [Opening(day, 0, 1440) for day in range(7)])
    give_timetable(session, office, [Opening(day, 540, 1080) for day in range(5)])
    return entity, workshop, office


def _person(session: Session, name: str, member_class: MemberClass) -> Member:
    email = f"{name}@test.example"
    person = services.add_member(
        session, name=name.title(), email=email, member_class=member_class, now=LONG_AGO, locale="en"
    )
    person.password_hash = hashed_password()
    session.flush()
    return person


def _prices(session: Session, cast: Cast) -> None:
    treasurer = queries.actor(session, cast.treasurer)
    for class_id, cents in ((None, 300), (cast.students, 150)):
        card = PriceCard(
            legal_entity_id=cast.entity,
            category_id=cast.printers,
            class_id=class_id,
            valid_from=date(2025, 1, 1),
            amount_cents=cents,
            per_seconds=3600,
        )
        add_price(session, treasurer, card, LONG_AGO)
