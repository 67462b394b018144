"""The demonstration's memberships: kinds and prices, who has one in which state, and classes that need a proof."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fablab.catalog import labels
from fablab.catalog.labels import LabelSize
from fablab.demo import people
from fablab.demo.network import Network
from fablab.members import class_cards, proofs
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.class_cards import ClassCard
from fablab.members.memberships import changing, kinds, queries, selling
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.memberships.rules import Days, last_day
from fablab.members.memberships.selling import Sale
from fablab.members.models import Covers, Lasts, MembershipKind

YEARLY, MONTHLY, FAMILY, DAY_PASS = "Adhésion annuelle", "Pass mensuel", "Adhésion famille", "Pass journée"
CARDS = (
    KindCard(
        name=YEARLY,
        legal_entity_id=0,
        description="Ouvre toutes les machines du réseau, assurance comprise. De septembre à août.",
        lasts=Lasts.FIXED_DAY,
        length=None,
        until_month=8,
        until_day=31,
        next_within_weeks=6,
        grace_days=30,
        sold_online=True,
    ),
    KindCard(
        name=MONTHLY,
        legal_entity_id=0,
        description="Pour essayer, ou pour un projet : un mois à partir du jour choisi.",
        length=1,
        grace_days=5,
        remind_days="7",
        sold_online=True,
    ),
    KindCard(
        name=FAMILY,
        legal_entity_id=0,
        description="Deux adultes et leurs enfants, de septembre à août.",
        lasts=Lasts.FIXED_DAY,
        length=None,
        until_month=8,
        until_day=31,
        next_within_weeks=6,
        grace_days=30,
        covers=Covers.FAMILY,
        most_people=6,
    ),
    KindCard(
        name=DAY_PASS, legal_entity_id=0, lasts=Lasts.DAYS, length=1, remind_days="", remind_at_end=False, grace_days=0
    ),
)
PRICES = {YEARLY: (4000, 2000), MONTHLY: (1500, 800), FAMILY: (7000, None), DAY_PASS: (500, None)}
"""Cents, VAT included: for everybody, and for students and job seekers where they pay less."""
WITH_A_YEAR = (
    *("membre", "chloe", "bastien", "ines", "gabriel", "mai", "jean-baptiste", "zoe"),
    *("admin", "fabmanager", "fabmanager.rive", "formateur"),
)


def add(session: Session, network: Network, opened: datetime, now: datetime) -> None:
    """Write the kinds, and sell what people have, from the network's first day on."""
    sold = _kinds(session, network, opened)
    admin = network.actor(session, "admin")

    def sell(name: str, login: str, at: datetime, first_on: date | None = None, *others: str) -> int:
        sale = Sale(
            kind_id=sold[name].id,
            holder_id=network.members[login].id,
            first_on=first_on,
            people=tuple(network.members[other].id for other in others),
        )
        return selling.sell(session, admin, sale, at).id

    today = now.date()
    yearly = [sell(YEARLY, login, opened) for login in WITH_A_YEAR]
    for made in (*yearly, sell(FAMILY, "karim", opened, None, "awa")):
        _go_on(session, admin, made, opened, today)
    month = sold[MONTHLY].how_long
    # Each begins so that its last month ended some days ago: one is in grace, the other has lapsed.
    for login, ago in (("amadou", 3), ("noe", 12)):
        first_on = today - timedelta(days=ago + 30)
        while last_day(month, first_on) > today - timedelta(days=ago):
            first_on -= timedelta(days=1)
        sell(MONTHLY, login, now - timedelta(days=ago + 30), first_on)
    paused = sell(MONTHLY, "hugo", now - timedelta(days=12), today - timedelta(days=12))
    days = Days(today - timedelta(days=4), today + timedelta(days=10))
    changing.pause(session, admin, paused, days, "Poignet foulé", now - timedelta(days=4))


def _go_on(session: Session, admin: Actor, membership_id: int, opened: datetime, today: date) -> None:
    """Where the fixed day has passed since the first day, they renewed on it."""
    row = queries.membership(session, membership_id)
    if row.last_on < today:
        selling.renew(session, admin, row.id, opened + (row.last_on - row.first_on))


def add_proofs(session: Session, network: Network, now: datetime) -> None:
    """From now on students and job seekers show a proof, and so do those of a class of its own; one proof waits."""
    admin = network.actor(session, "admin")
    usual, students, _company = members.classes(session)
    class_cards.edit(session, admin, usual.id, replace(class_cards.card_of(usual), is_default=True), usual.version, now)
    card = ClassCard(
        name=students.name,
        needs_proof=True,
        proof_note="La carte d’étudiant de l’année, ou une attestation de France Travail de moins de trois mois.",
        position=1,
    )
    class_cards.edit(session, admin, students.id, card, students.version, now)
    note = "Un justificatif de domicile de moins de trois mois."
    quarter = ClassCard(name="Habitant d’un quartier prioritaire", needs_proof=True, proof_note=note, position=2)
    class_cards.add(session, admin, quarter)
    # Any PDF will do for a card that nobody has to read: the label of a machine's QR code.
    pdf = labels.render([labels.label_of(network.resources["Prusa MK4 n°1"])], LabelSize.LARGE)
    hugo = network.actor(session, "hugo")
    proofs.send(session, hugo, hugo.member_id, students.id, pdf, "carte.pdf", now - timedelta(hours=20))


def ask_for_them(network: Network) -> None:
    """The Rive asks for a membership; only now, since its past had none to show."""
    network.sites[people.RIVE].needs_membership = True


def _kinds(session: Session, network: Network, opened: datetime) -> dict[str, MembershipKind]:
    admin, treasurer = network.actor(session, "admin"), network.actor(session, "tresoriere")
    students = next(row.id for row in members.classes(session) if row.name == people.STUDENT)
    found = {}
    for card in CARDS:
        row = kinds.add_kind(session, admin, replace(card, legal_entity_id=network.entity.id), opened)
        for class_id, cents in zip((None, students), PRICES[card.name], strict=True):
            if cents is not None:
                price = MembershipPriceCard(
                    class_id=class_id, valid_from=opened.date() - timedelta(days=366), amount_cents=cents
                )
                kinds.add_price(session, treasurer, row.id, price, opened)
        found[card.name] = row
    return found
