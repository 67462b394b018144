"""The rules about reservations in the demonstration, as a lab might compose them."""

from datetime import datetime

from sqlalchemy.orm import Session

from fablab.booking.policy import writing
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times, Window
from fablab.core.actor import Role
from fablab.demo.network import Network
from fablab.demo.people import HALL, LASER


def add(session: Session, network: Network, now: datetime) -> None:
    """Write them; what is reserved already stays as it is."""
    admin, hall = network.actor(session, "admin"), network.sites[HALL].id
    lasers = next(row.category_id for row in network.resources.values() if row.category.name == LASER)
    evenings = Times(windows=(Window(weekdays=(0, 1, 2, 3, 4), from_minute=17 * 60, to_minute=21 * 60),))
    cards = [
        RuleCard(kind="ahead", params={"days": 30}),
        RuleCard(kind="exempt", scope=Scope(role=Role.FABMANAGER)),
        RuleCard(kind="length", params={"least": 30, "most": 180, "step": 30}, scope=Scope(category_id=lasers)),
        RuleCard(
            kind="quota",
            params={"most": 360, "unit": "minutes", "per": "week", "same_day_free": True},
            scope=Scope(category_id=lasers),
        ),
        RuleCard(
            kind="quota",
            params={"most": 1, "per": "ahead"},
            scope=Scope(site_id=hall, category_id=lasers, times=evenings),
            note="Les soirées sont très demandées.",
        ),
        RuleCard(kind="buffer", params={"after": 10, "is_inside": True}, scope=Scope(category_id=lasers)),
        RuleCard(kind="extension", params={"step_minutes": 30, "most": 2}, scope=Scope(category_id=lasers)),
    ]
    for card in cards:
        writing.add(session, admin, card, now)
