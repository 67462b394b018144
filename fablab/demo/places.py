"""The demonstration's first two places: how to reach them, and a closure ahead."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.demo.network import Network
from fablab.demo.people import HALL, RIVE
from fablab.sites import places
from fablab.sites.exceptions import ExceptionCard, add_exception
from fablab.sites.models import ExceptionKind

FACTS = {
    HALL: ("04 00 00 00 01", "Un ancien atelier de tissage. Entrée par la cour ; sonnez à « Ateliers »."),
    RIVE: ("04 00 00 00 02", "Au bord du canal, derrière la grande porte bleue."),
}
CLOSED_IN = timedelta(days=24)
"""Further ahead than the demonstration reserves."""


def add(session: Session, network: Network, now: datetime) -> None:
    """Tell more of the places that were built."""
    admin = network.actor(session, "admin")
    for slug, (phone, description) in FACTS.items():
        site = network.sites[slug]
        card = replace(
            places.card_of(site),
            phone=phone,
            email=f"{slug}@demo.example",
            description=description,
            map_url=f"https://www.openstreetmap.org/search?query={site.town}",
        )
        places.edit_site(session, admin, site.id, card, site.version)
    day = (now + CLOSED_IN).astimezone(network.sites[RIVE].zone).date()
    closure = ExceptionCard(kind=ExceptionKind.CLOSED, first_on=day, last_on=day, reason="Inventaire")
    add_exception(session, admin, network.sites[RIVE].id, closure, now)
