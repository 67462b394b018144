"""What stands against people in the demonstration: the rules, two who were struck, and an appeal that waits."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fablab.core.period import day_of
from fablab.demo.network import Network
from fablab.demo.people import HALL
from fablab.members.conduct import appeals, holds, policies, strikes
from fablab.members.conduct.appeals import AppealCard
from fablab.members.conduct.holds import HoldCard
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules, Step
from fablab.members.conduct.strikes import StrikeCard
from fablab.members.models import HoldKind, StrikeKind

LADDER = (
    Step(strikes=3, within_days=90, days=14),
    Step(strikes=3, within_days=90, days=60, after=1),
)


def add(session: Session, network: Network, now: datetime) -> None:
    """Write the rules, and what they and the staff said of people."""
    rules = Rules(cancel_minutes=120, no_show_strikes=True, grace_minutes=20, strike_days=365, ladder=LADDER)
    policies.write_policy(session, network.actor(session, "admin"), None, PolicyCard(rules=rules), 0, now)
    staff, hall = network.actor(session, "fabmanager"), network.sites[HALL]
    for days, reason in ((30, "Trotec Speedy 360, un mardi soir"), (6, "Prusa XL, un samedi matin")):
        card = StrikeCard(member_id=network.members["zoe"].id, kind=StrikeKind.NO_SHOW, reason=reason, site_id=hall.id)
        strikes.strike(session, staff, card, now - timedelta(days=days))
    hold = HoldCard(
        member_id=network.members["hugo"].id,
        kind=HoldKind.SUSPENDED,
        reason="Fraisage sans capot de protection, deux fois.",
        site_id=hall.id,
        ends_at=day_of(now.astimezone(hall.zone).date() + timedelta(days=9), hall.zone).end,
    )
    placed = holds.place_hold(session, staff, hold, now - timedelta(days=2))
    appeal = AppealCard(text="Le capot était cassé, je l’avais signalé le matin même.", hold_id=placed.id)
    appeals.appeal(session, network.actor(session, "hugo"), appeal, now - timedelta(days=1))
