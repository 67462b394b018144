"""The demonstration's cards in full: fields with what is written in them, a safety sheet, an adviser at work."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from fablab.booking import services as booking
from fablab.booking.outcomes import Noted, note_outcome
from fablab.booking.services import Wish
from fablab.catalog import labels, papers, services
from fablab.catalog.categories import FieldCard, add_field
from fablab.catalog.labels import LabelSize
from fablab.catalog.models import Category, FieldKind, FileRole, Resource
from fablab.catalog.papers import Paper
from fablab.core.period import Period, boundary_of
from fablab.core.refusals import Refused
from fablab.demo import people
from fablab.demo.network import Network

ADVISER, ADVICE = "ines", "Création d’entreprise"
_LASERS = {
    "Trotec Speedy 360": {"Puissance": "80", "Surface de travail": "813 × 508 mm", "Source": "CO2"},
    "Epilog Zing 24": {"Puissance": "40", "Surface de travail": "610 × 305 mm", "Source": "CO2"},
    "xTool P2": {"Puissance": "55", "Surface de travail": "600 × 308 mm", "Source": "CO2"},
}


def add(session: Session, network: Network, now: datetime) -> None:
    """Write what is on the cards."""
    _fields(session, network, now)
    _sheet(session, network, now)
    _appointments(session, network, now)


def _fields(session: Session, network: Network, now: datetime) -> None:
    admin = network.actor(session, "admin")
    category = session.query(Category).filter_by(name=people.LASER).one()
    ids = {}
    for card in (
        FieldCard(name="Puissance", kind=FieldKind.NUMBER, unit="W"),
        FieldCard(name="Surface de travail"),
        FieldCard(name="Source", kind=FieldKind.CHOICE, choices="CO2\nFibre\nDiode"),
    ):
        ids[card.name] = add_field(session, admin, category.id, card, category.version).id
    for name, written in _LASERS.items():
        row = network.resources[name]
        specs = {ids[field]: text for field, text in written.items()}
        card_now = replace(services.card_of(row), specs=specs)
        services.edit_resource(session, admin, row.id, card_now, row.version, now)


def _sheet(session: Session, network: Network, now: datetime) -> None:
    """Any PDF will do for a safety sheet that nobody has to follow: the label of the machine's QR code."""
    row = network.resources["Trotec Speedy 360"]
    pdf = labels.render([labels.label_of(row)], LabelSize.LARGE)
    paper = Paper("Fiche de sécurité (exemple)", FileRole.SAFETY)
    papers.add_paper(session, network.actor(session, "admin"), row.id, paper, pdf, "fiche.pdf", now)


def _appointments(session: Session, network: Network, now: datetime) -> None:
    """Two of the last Tuesday, one of them with its outcome, and one of the next."""
    row = session.query(Resource).filter_by(name=ADVICE).one()
    card = replace(services.card_of(row), adviser_id=network.members[ADVISER].id)
    services.edit_resource(session, network.actor(session, "admin"), row.id, card, row.version, now)
    zone = row.site.zone
    today = now.astimezone(zone).date()
    last = today - timedelta(days=(today.weekday() - 1) % 7 or 7)
    for week, at, login in ((0, time(9), "membre"), (0, time(9, 45), "zoe"), (7, time(10, 30), "karim")):
        start = boundary_of(last + timedelta(days=week), at, zone)
        member_id = network.members[login].id
        wish = Wish(resource_id=row.id, period=Period(start, start + timedelta(minutes=45)), member_id=member_id)
        try:
            with session.begin_nested():
                made = booking.book(session, network.actor(session, login), wish, min(now, start - timedelta(days=2)))
        except Refused:
            continue
        if login == "membre":
            noted = Noted(True, "Projet d’atelier partagé, statut à choisir.", "Revenir avec un premier budget")
            note_outcome(session, network.actor(session, ADVISER), made.id, noted, 0, now)
