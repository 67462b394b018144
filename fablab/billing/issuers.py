"""Which legal entity invoices for what: rules of an administrator, of which the narrowest that fits wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.billing.charges import rate_waiting
from fablab.billing.models import IssuerRule
from fablab.billing.prices import issuer_rules, winning_rule
from fablab.catalog import queries as catalog
from fablab.catalog.models import Resource
from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import MemberClass
from fablab.sites import entities
from fablab.sites import queries as sites
from fablab.sites.entities import RegimeCard
from fablab.sites.models import VatRegime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCard:
    """Who invoices for a site, a category, a class of members; None means any."""

    legal_entity_id: int
    site_id: int | None = None
    category_id: int | None = None
    class_id: int | None = None


def rules_in_order(session: Session) -> list[IssuerRule]:
    """Every rule in the order in which they are asked: the first that fits decides."""
    return sorted(issuer_rules(session), key=lambda rule: rule.order)


def add_rule(session: Session, actor: Actor, card: RuleCard, now: datetime) -> IssuerRule:
    """Let an entity invoice for something; uses that waited for an issuer are charged.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such entity, site, category or class.
        Refused: a rule speaks of exactly that already.
    """
    actor.needs_everywhere(Role.ADMIN)
    _check_known(session, card)
    wanted = (card.site_id, card.category_id, card.class_id)
    if any((rule.site_id, rule.category_id, rule.class_id) == wanted for rule in _locked(session)):
        text = _("A rule speaks of exactly that already. Remove it first, or be more exact.")
        raise Refused.because("rule_exists", text)
    row = IssuerRule(
        legal_entity_id=card.legal_entity_id,
        site_id=card.site_id,
        category_id=card.category_id,
        class_id=card.class_id,
    )
    session.add(row)
    session.flush()
    rate_waiting(session, now)
    return row


def remove_rule(session: Session, actor: Actor, rule_id: int) -> None:
    """Remove a rule; what was charged stays as it is.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such rule, or no longer.
        Refused: something that can be booked would have nobody who invoices it.
    """
    actor.needs_everywhere(Role.ADMIN)
    rules = _locked(session)
    gone = next((rule for rule in rules if rule.id == rule_id), None)
    if gone is None:
        raise NotFound(f"issuer rule {rule_id}")
    names = _left_without(session, rules, [rule for rule in rules if rule.id != rule_id])
    if names:
        text = _(
            "Without this rule nobody would invoice for: %(names)s. Add another rule for them first.",
            names=", ".join(names[:5]),
        )
        raise Refused.because("no_issuer", text)
    session.delete(gone)
    session.flush()


def begin_regime(session: Session, actor: Actor, entity_id: int, card: RegimeCard, now: datetime) -> VatRegime:
    """Begin a VAT regime of an entity; uses that waited for one are charged.

    Raises:
        What `sites.entities.add_regime` raises.
    """
    row = entities.add_regime(session, actor, entity_id, card)
    rate_waiting(session, now)
    return row


def _locked(session: Session) -> list[IssuerRule]:
    """Every rule, locked: two who each remove one cannot together leave something without an issuer."""
    query = select(IssuerRule).order_by(IssuerRule.id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _check_known(session: Session, card: RuleCard) -> None:
    sites.legal_entity(session, card.legal_entity_id)
    if card.site_id is not None:
        sites.site(session, card.site_id)
    if card.category_id is not None:
        catalog.category(session, card.category_id)
    if card.class_id is not None and session.get(MemberClass, card.class_id) is None:
        raise NotFound(f"member class {card.class_id}")


def _left_without(session: Session, before: Iterable[IssuerRule], after: Iterable[IssuerRule]) -> list[str]:
    """The resources that somebody invoices for now, and nobody would for some class of members."""
    old, new = list(before), list(after)
    classes = list(session.scalars(select(MemberClass.id)))
    places = session.execute(select(Resource.name, Resource.site_id, Resource.category_id).order_by(Resource.name))
    return [
        name
        for name, site_id, category_id in places
        if any(
            winning_rule(old, site_id, category_id, class_id) and not winning_rule(new, site_id, category_id, class_id)
            for class_id in (*classes, None)
        )
    ]
