"""Routes about legal entities, their VAT regimes, and which of them invoices for what; for administrators."""

from dataclasses import replace

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.network import (
    EntityIn,
    EntityList,
    EntityOut,
    EntityPatch,
    EntityPath,
    RegimeIn,
    RegimeList,
    RegimeOut,
    RuleIn,
    RuleList,
    RuleOut,
    RulePath,
)
from fablab.billing import issuers
from fablab.billing.issuers import RuleCard
from fablab.billing.models import IssuerRule
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members.models import Role
from fablab.sites import entities
from fablab.sites import queries as sites
from fablab.sites.entities import EntityCard, RegimeCard
from fablab.sites.models import LegalEntity, VatRegime

TAGS = [Tag(name="legal entities", description="Who invoices, and for what")]


@api.get("/legal-entities", tags=TAGS, summary="Every legal entity", responses={200: EntityList, 403: Problem})
def entity_list() -> Response:
    """The legal entities of the network, by name."""
    actor().needs_everywhere(Role.ADMIN)
    return answer(EntityList(items=[_entity(row) for row in sites.legal_entities(db.session())]))


@api.post("/legal-entities", tags=TAGS, summary="Add a legal entity", responses={201: EntityOut, **WRITES})
def add_entity(body: EntityIn) -> Response:
    """Add a legal entity; its numbers are checked."""
    with transaction() as session:
        made = entities.add_entity(session, actor(), EntityCard(**body.model_dump())).id
    return answer(_entity(sites.legal_entity(db.session(), made)), 201)


@api.patch(
    "/legal-entities/<int:entity_id>", tags=TAGS, summary="Edit a legal entity", responses={200: EntityOut, **WRITES}
)
def edit_entity(path: EntityPath, body: EntityPatch) -> Response:
    """Change what is sent; issued invoices keep what they say."""
    sent = body.model_dump(exclude_none=True, exclude={"version"})
    with transaction() as session:
        card = replace(entities.card_of(sites.legal_entity(session, path.entity_id)), **sent)
        entities.edit_entity(session, actor(), path.entity_id, card, body.version)
    return answer(_entity(sites.legal_entity(db.session(), path.entity_id)))


@api.get(
    "/legal-entities/<int:entity_id>/vat-regimes",
    tags=TAGS,
    summary="Its VAT regimes",
    responses={200: RegimeList, 403: Problem},
)
def regime_list(path: EntityPath) -> Response:
    """The VAT regimes of an entity, the latest first."""
    actor().needs_everywhere(Role.ADMIN)
    found = sites.legal_entity(db.session(), path.entity_id)
    rows = sites.vat_regimes(db.session()).get(found.id, [])
    return answer(RegimeList(items=[_regime(row) for row in rows]))


@api.post(
    "/legal-entities/<int:entity_id>/vat-regimes",
    tags=TAGS,
    summary="Begin a VAT regime",
    responses={201: RegimeOut, **WRITES},
)
def begin_regime(path: EntityPath, body: RegimeIn) -> Response:
    """Begin a VAT regime; uses that waited for one are charged."""
    card = RegimeCard(valid_from=body.valid_from, rate_bp=body.rate_bp, mention=body.mention)
    with transaction() as session:
        made = _regime(issuers.begin_regime(session, actor(), path.entity_id, card, clock.now()))
    return answer(made, 201)


@api.get("/issuer-rules", tags=TAGS, summary="Who invoices for what", responses={200: RuleList, 403: Problem})
def rule_list() -> Response:
    """The rules in the order in which they are asked: the first that fits decides."""
    actor().needs_everywhere(Role.ADMIN)
    return answer(RuleList(items=[_rule(row) for row in issuers.rules_in_order(db.session())]))


@api.post("/issuer-rules", tags=TAGS, summary="Add a rule", responses={201: RuleOut, **WRITES})
def add_rule(body: RuleIn) -> Response:
    """Let an entity invoice for something; uses that waited for an issuer are charged."""
    with transaction() as session:
        made = _rule(issuers.add_rule(session, actor(), RuleCard(**body.model_dump()), clock.now()))
    return answer(made, 201)


@api.delete("/issuer-rules/<int:rule_id>", tags=TAGS, summary="Remove a rule", responses={204: None, 403: Problem})
def remove_rule(path: RulePath) -> Response:
    """Remove a rule, if everything still has somebody who invoices it."""
    with transaction() as session:
        issuers.remove_rule(session, actor(), path.rule_id)
    return Response(status=204)


def _entity(row: LegalEntity) -> EntityOut:
    card = entities.card_of(row)
    return EntityOut(
        id=row.id,
        name=card.name,
        address=card.address,
        siren=card.siren,
        siret=card.siret,
        vat_number=card.vat_number,
        currency=card.currency,
        timezone=card.timezone,
        invoice_prefix=card.invoice_prefix,
        invoice_note=card.invoice_note,
        version=row.version,
    )


def _regime(row: VatRegime) -> RegimeOut:
    return RegimeOut(
        id=row.id,
        legal_entity_id=row.legal_entity_id,
        valid_from=row.valid_from,
        rate_bp=row.rate_bp,
        mention=row.mention,
    )


def _rule(row: IssuerRule) -> RuleOut:
    return RuleOut(
        id=row.id,
        legal_entity_id=row.legal_entity_id,
        site_id=row.site_id,
        category_id=row.category_id,
        class_id=row.class_id,
    )
