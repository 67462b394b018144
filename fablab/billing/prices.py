"""Prices and issuers: which are in force for a use."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.billing.models import IssuerRule, Price
from fablab.catalog.models import Resource
from fablab.core.money import rounded
from fablab.members.models import Member


@dataclass(frozen=True, slots=True)
class Quote:
    """What a use would cost: the price in force."""

    amount_cents: int
    per_seconds: int
    gross: bool

    def amount_for(self, seconds: int) -> int:
        """Cents for a use of that many seconds, rounded as an invoice's line would be."""
        return rounded(Fraction(seconds * self.amount_cents, self.per_seconds))


def issuer_of(session: Session, resource: Resource, member: Member) -> int | None:
    """The legal entity that invoices this member for this resource: the rule with most conditions, else the first."""
    query = select(IssuerRule).where(
        or_(IssuerRule.site_id.is_(None), IssuerRule.site_id == resource.site_id),
        or_(IssuerRule.category_id.is_(None), IssuerRule.category_id == resource.category_id),
        or_(IssuerRule.class_id.is_(None), IssuerRule.class_id == member.class_id),
    )

    def conditions(rule: IssuerRule) -> int:
        return sum(value is not None for value in (rule.site_id, rule.category_id, rule.class_id))

    rules = sorted(session.scalars(query), key=lambda rule: (-conditions(rule), rule.id))
    return rules[0].legal_entity_id if rules else None


def price_of(session: Session, entity_id: int, resource: Resource, member: Member, day: date) -> Price | None:
    """The price in force on a day: the member's class's own, else every class's; the latest that had begun."""
    query = (
        select(Price)
        .where(
            Price.legal_entity_id == entity_id,
            Price.category_id == resource.category_id,
            or_(Price.class_id.is_(None), Price.class_id == member.class_id),
            Price.valid_from <= day,
        )
        .order_by(Price.class_id.is_(None), Price.valid_from.desc(), Price.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def quote(session: Session, resource: Resource, member: Member, at: datetime) -> Quote | None:
    """The price of a use that would begin at that instant; None where none was entered."""
    entity_id = issuer_of(session, resource, member)
    if entity_id is None:
        return None
    price = price_of(session, entity_id, resource, member, at.astimezone(resource.site.zone).date())
    return Quote(price.amount_cents, price.per_seconds, price.gross) if price else None


def prices(session: Session) -> list[Price]:
    """Every price, by category, class and day."""
    return list(session.scalars(select(Price).order_by(Price.category_id, Price.class_id, Price.valid_from.desc())))


def prices_on(session: Session, day: date) -> list[Price]:
    """The prices in force on a day: of each entity, category and class the latest that had begun."""
    found: dict[tuple[int, int, int | None], Price] = {}
    for price in prices(session):
        if price.valid_from <= day:
            found.setdefault((price.legal_entity_id, price.category_id, price.class_id), price)
    return list(found.values())
