"""How people joined the demonstration: a charter, a family, somebody who waits, somebody who came by twice."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fablab.demo.network import Network
from fablab.demo.people import ADULT, DOMAIN, HALL, RIVE
from fablab.members import cards, charters, families
from fablab.members import queries as members
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.families import FamilyCard
from fablab.members.models import MemberState, Permission
from fablab.sites.models import SignUpRule

CHARTER = """Nous partageons des machines, des outils et du temps.

1. Je n’utilise une machine que si j’y suis habilité, et jamais seul la première fois.
2. Je porte les protections demandées ; mes cheveux et mes manches sont attachés.
3. Je range, je balaie, et je dis ce qui est cassé : personne ne me le reprochera.
4. Ce que je réserve et ne prends pas, je le rends à temps.
5. Je documente ce que je peux, et j’aide les suivants."""
BIRTHDAYS = {
    "membre": date(1988, 4, 17),
    "amadou": date(2004, 2, 29),
    "chloe": date(2003, 9, 3),
    "bastien": date(1975, 12, 30),
    "noe": date(2007, 6, 21),
    "mai": date(1992, 1, 11),
}
CONTACT = "Paul, 06 39 98 12 34"


def add(session: Session, network: Network, begin: date, now: datetime) -> None:
    """Write down what people said of themselves, and let a few more in."""
    admin, manager = network.actor(session, "admin"), network.actor(session, "fabmanager")
    for slug, rule in ((HALL, SignUpRule.APPROVAL), (RIVE, SignUpRule.OPEN)):
        network.sites[slug].sign_up = rule
    for login, member in network.members.items():
        at_the_river = login in ("fabmanager.rive", "zoe", "karim", "awa")
        member.home_site_id = network.sites[RIVE if at_the_river else HALL].id
        member.birth_date = BIRTHDAYS.get(login)
    network.members["membre"].phone = "06 39 98 00 17"
    network.members["membre"].emergency_contact = CONTACT
    charter = charters.publish(session, admin, None, "Charte des ateliers", CHARTER, begin, now)
    for member in network.members.values():
        charters.write_acceptance(session, charter.id, member.id, member.id, member.created_at)
    classes = {row.name: row.id for row in members.classes(session)}
    desk = DeskCard(class_id=classes[ADULT], home_site_id=network.sites[HALL].id)
    family = FamilyCard(
        guardians=[PersonCard(name="Nadia Roux", email=f"nadia@{DOMAIN}", phone="06 39 98 55 01")],
        children=[
            PersonCard(name="Tom Roux", birth_date=date(now.year - 13, 5, 2), emergency_contact=CONTACT),
            PersonCard(name="Lila Roux", birth_date=date(now.year - 10, 11, 19), emergency_contact=CONTACT),
        ],
        desk=desk,
        relation="Mère",
        permissions=frozenset({Permission.USE, Permission.CARE}),
        charter_accepted=True,
    )
    added = families.sign_up(session, manager, family, now - timedelta(days=20))
    network.members["nadia"] = added.guardians[0]
    network.members["nadia"].password_hash = network.members["membre"].password_hash
    waiting = PersonCard(name="Élise Béranger", email=f"elise@{DOMAIN}", birth_date=date(1999, 8, 8))
    elise = cards.add_person(session, manager, waiting, desk, now - timedelta(hours=20))
    elise.state = MemberState.PENDING
    cards.add_person(session, manager, PersonCard(name="garnier Chloe"), desk, now - timedelta(days=3))
    session.flush()
