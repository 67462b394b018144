"""The demonstration's organisations: a company with two projects and caps, and a library whose owner has left."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.demo.network import Network
from fablab.members import queries as members
from fablab.members import services
from fablab.members.models import Project
from fablab.members.organisations import cards, inviting, people, projects
from fablab.members.organisations.cards import AccountCard
from fablab.members.organisations.people import PlaceCard
from fablab.members.organisations.projects import ProjectCard

OWNER, PARTNERS = "gabriel", ("mai", "karim", "awa")
BENCH, TROPHIES = "Banc d’essai", "Trophées de la ville"
USERS = {OWNER: BENCH, "mai": TROPHIES, "awa": TROPHIES}
"""Who uses the company's account in the demonstration's months, and for what."""


def found(session: Session, network: Network, opened: datetime) -> None:
    """Found both as staff would, let their people join, and say what each may spend."""
    treasurer = network.actor(session, "tresoriere")
    card = AccountCard(
        name="Fournier Prototypage SARL",
        billing_address="8 avenue de la Libération\n42400 Saint-Chamond",
        siren="123456782",
        purchase_order="BC-2026-014",
        monthly_cap_cents=40_000,
    )
    account = cards.found(session, treasurer, card, network.members[OWNER].id, opened)
    network.organisation = account
    owner = network.actor(session, OWNER)
    for login in PARTNERS:
        _row, secret = inviting.invite(session, owner, account.id, "", opened)
        inviting.accept(session, network.actor(session, login), secret, opened)
    named = tuple(network.members[login].id for login in ("mai", "awa"))
    projects.add(session, owner, account.id, ProjectCard(name=BENCH), opened)
    trophies = ProjectCard(
        name=TROPHIES, purchase_order="EJ-42-2026-0071", monthly_cap_cents=15_000, only_named=True, member_ids=named
    )
    chosen = projects.add(session, owner, account.id, trophies, opened)
    place = people.person_of(session, account.id, network.members["awa"].id)
    allowed = PlaceCard(all_projects=False, project_ids=(chosen.id,), monthly_cap_cents=3_000)
    people.edit_place(session, owner, (account.id, place.member_id), allowed, place.version, opened)
    _orphan(session, network, replace(card, purchase_order="", monthly_cap_cents=None), opened)


def _orphan(session: Session, network: Network, card: AccountCard, opened: datetime) -> None:
    """A public buyer whose only owner has left the network: staff find it first in their list."""
    gone = services.add_member(
        session,
        name="Roseline Achard",
        email="roseline@demo.example",
        member_class=network.members["zoe"].member_class,
        now=opened,
    )
    library = replace(
        card,
        name="Médiathèque du Canal",
        billing_address="1 place des Mariniers\n42800 Rive-de-Gier",
        siren="",
        service_code="CULTURE-02",
        purchase_order="ENG-2026-311",
    )
    account = cards.found(session, network.actor(session, "tresoriere"), library, gone.id, opened)
    _row, secret = inviting.invite(session, members.actor(session, gone.id), account.id, "", opened)
    inviting.accept(session, network.actor(session, "zoe"), secret, opened)
    gone.left_at = opened + timedelta(days=30)
    session.flush()


def payer(session: Session, network: Network, login: str) -> tuple[int | None, int | None]:
    """The account and the project that pay for somebody's use in the demonstration."""
    if network.organisation is None or login not in USERS:
        return None, None
    query = session.query(Project).filter_by(account_id=network.organisation.id, name=USERS[login])
    return network.organisation.id, query.one().id
