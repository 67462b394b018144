"""What a treasurer does to prices."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.billing.charges import rate_waiting
from fablab.billing.models import Price
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members.actor import Actor
from fablab.members.models import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCard:
    """A price as the treasurer writes it: so many cents per so many seconds, from a day on."""

    legal_entity_id: int
    category_id: int
    class_id: int | None
    valid_from: date
    amount_cents: int
    per_seconds: int
    gross: bool = True


def add_price(session: Session, actor: Actor, card: PriceCard, now: datetime) -> Price:
    """Begin a price; what waited for one is charged. What was charged before keeps the price that it had.

    Raises:
        Forbidden: not a treasurer of that legal entity.
        Refused: a negative amount, a base other than a minute or an hour, or a price that begins that day already.
    """
    actor.needs_for_entity(Role.TREASURER, card.legal_entity_id)
    reasons = []
    if card.amount_cents < 0:
        reasons.append(Refusal("amount", _("A price is not negative.")))
    if card.per_seconds not in (60, 3600):
        reasons.append(Refusal("base", _("A price is per minute or per hour.")))
    if _begins_already(session, card):
        reasons.append(Refusal("price_exists", _("A price begins on that day already; choose another day.")))
    if reasons:
        raise Refused(reasons)
    price = Price(
        legal_entity_id=card.legal_entity_id,
        category_id=card.category_id,
        class_id=card.class_id,
        valid_from=card.valid_from,
        amount_cents=card.amount_cents,
        per_seconds=card.per_seconds,
        gross=card.gross,
        created_at=now,
    )
    session.add(price)
    session.flush()
    rate_waiting(session, now)
    return price


def _begins_already(session: Session, card: PriceCard) -> bool:
    query = select(Price.id).where(
        Price.legal_entity_id == card.legal_entity_id,
        Price.category_id == card.category_id,
        Price.class_id.is_(None) if card.class_id is None else Price.class_id == card.class_id,
        Price.valid_from == card.valid_from,
    )
    return session.scalar(query) is not None
