"""Prices and issuers: which are in force for a use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fablab.billing.models import IssuerRule, Price
from fablab.catalog.models import Resource
from fablab.core.money import rounded
from fablab.members.classes import class_at, history_of
from fablab.members.models import Member
from fablab.usage.models import UsageSession


@dataclass(frozen=True, slots=True)
class Quote:
    """What a use would cost: the price in force."""

    amount_cents: int
    per_seconds: int
    gross: bool

    def amount_for(self, seconds: int) -> int:
        """Cents for a use of that many seconds, rounded as an invoice's line would be."""
        return rounded(Fraction(seconds * self.amount_cents, self.per_seconds))


def issuer_of(session: Session, resource: Resource, member: Member, day: date) -> int | None:
    """The legal entity that invoices this member for using this resource on a day."""
    return pick_issuer(issuer_rules(session), resource, class_at(session, member, day).id)


def issuer_rules(session: Session) -> list[IssuerRule]:
    """Every rule about who invoices; there are few."""
    return list(session.scalars(select(IssuerRule).order_by(IssuerRule.id)))


def pick_issuer(rules: Iterable[IssuerRule], resource: Resource, class_id: int | None) -> int | None:
    """The entity of the rule that wins for a resource and a class; for nobody's use the class is open."""
    found = winning_rule(rules, resource.site_id, resource.category_id, class_id)
    return found.legal_entity_id if found else None


def winning_rule(
    rules: Iterable[IssuerRule], site_id: int, category_id: int, class_id: int | None
) -> IssuerRule | None:
    """The fitting rule with most conditions, else the first of them."""

    def fits(rule: IssuerRule) -> bool:
        return (
            rule.site_id in (None, site_id)
            and rule.category_id in (None, category_id)
            and (rule.class_id is None or rule.class_id == class_id)
        )

    return min(filter(fits, rules), key=lambda rule: rule.order, default=None)


def uses_of_entity(session: Session, uses: Iterable[UsageSession], entity_id: int) -> list[UsageSession]:
    """Those of the uses that this entity invoices, or nobody yet; the others' are not its treasurer's to see."""
    rules, wanted = issuer_rules(session), list(uses)
    history = history_of(session, (use.member_id for use in wanted if use.member_id))

    def class_of(use: UsageSession) -> int | None:
        day = use.started_at.astimezone(use.resource.site.zone).date()
        return history.at(use.member_id, day) if use.member_id else None

    return [use for use in wanted if pick_issuer(rules, use.resource, class_of(use)) in (None, entity_id)]


def price_for(session: Session, resource: Resource, member: Member, day: date) -> Price | None:
    """The price of a member's use of a resource that begins on a day: that of their class then, else every class's; the
    latest that had begun. None where nobody invoices it, or no price was entered.
    """
    class_id = class_at(session, member, day).id
    entity_id = pick_issuer(issuer_rules(session), resource, class_id)
    if entity_id is None:
        return None
    query = (
        select(Price)
        .where(
            Price.legal_entity_id == entity_id,
            Price.category_id == resource.category_id,
            or_(Price.class_id.is_(None), Price.class_id == class_id),
            Price.valid_from <= day,
        )
        .order_by(Price.class_id.is_(None), Price.valid_from.desc(), Price.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def quote(session: Session, resource: Resource, member: Member, at: datetime) -> Quote | None:
    """The price of a use that would begin at that instant; None where none was entered."""
    price = price_for(session, resource, member, at.astimezone(resource.site.zone).date())
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
