"""Routes about the lab's own rules: what holds where, writing them, and trying one before it holds."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.booking_rules import (
    KindList,
    KindOut,
    RuleIn,
    RuleList,
    RuleOut,
    RulePath,
    RulePut,
    RulesQuery,
    ScopeIO,
    TrialOut,
    WouldRefuseOut,
)
from fablab.booking.models import BookingRule
from fablab.booking.policy import rows, trying, writing
from fablab.booking.rules import catalogue, wording
from fablab.booking.rules.case import Names
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.sites import queries as sites

TAGS = [Tag(name="booking rules", description="What the lab asks of whoever reserves")]
SHOWN = 200


@api.get("/booking-rule-kinds", tags=TAGS, summary="Kinds of rules", responses={200: KindList})
def booking_rule_kinds() -> Response:
    """Every kind with its parameters."""
    return answer(KindList(items=[KindOut(code=code, params=catalogue.schema_of(code)) for code in catalogue.KINDS]))


@api.get("/booking-rules", tags=TAGS, summary="Rules in force", responses={200: RuleList})
def booking_rule_list(query: RulesQuery) -> Response:
    """The rules of a site and of the network, or of all sites; everybody may read what holds for them."""
    session = db.session()
    ids = [query.site_id] if query.site_id else [row.id for row in sites.sites(session)]
    names = rows.names(session)
    return answer(RuleList(items=[_shown(row, names) for row in rows.standing(session, ids)]))


@api.post("/booking-rules", tags=TAGS, summary="Add a rule", responses={201: RuleOut, **WRITES})
def add_booking_rule(body: RuleIn) -> Response:
    """Let a rule hold from now on: for a fabmanager's site, or as an administrator for the network. What is reserved
    stays; try it first to see what it would have refused.
    """
    with transaction() as session:
        row = writing.add(session, actor(), body.card(body.kind), clock.now())
        made = _shown(row, rows.names(session))
    return answer(made, 201)


@api.post("/booking-rules/trial", tags=TAGS, summary="Try a rule", responses={200: TrialOut, 403: Problem})
def try_booking_rule(body: RuleIn) -> Response:
    """What it would say, and which of the reservations to come it would have refused, 200 of them by name."""
    session = db.session()
    ruling, names = writing.checked(session, actor(), body.card(body.kind)), rows.names(session)
    found = trying.would_refuse(session, ruling, clock.now())
    items = [
        WouldRefuseOut(reservation_id=item.reservation.id, reasons=[reason.message for reason in item.reasons])
        for item in found[:SHOWN]
    ]
    where = wording.where(ruling.scope, names)
    return answer(TrialOut(sentence=ruling.sentence(names), where=where, count=len(found), would_refuse=items))


@api.get("/booking-rules/<int:booking_rule_id>", tags=TAGS, summary="A rule", responses={200: RuleOut})
def booking_rule(path: RulePath) -> Response:
    """One rule that is in force."""
    session = db.session()
    return answer(_shown(rows.row(session, path.booking_rule_id), rows.names(session)))


@api.put("/booking-rules/<int:booking_rule_id>", tags=TAGS, summary="Change a rule", responses={200: RuleOut, **WRITES})
def edit_booking_rule(path: RulePath, body: RulePut) -> Response:
    """Let it say something else from now on."""
    with transaction() as session:
        card = body.card(rows.row(session, path.booking_rule_id).kind)
        row = writing.edit(session, actor(), path.booking_rule_id, card, body.version, clock.now())
        made = _shown(row, rows.names(session))
    return answer(made)


@api.delete(
    "/booking-rules/<int:booking_rule_id>", tags=TAGS, summary="End a rule", responses={204: None, 403: Problem}
)
def end_booking_rule(path: RulePath) -> Response:
    """Let it hold no longer; twice equals once."""
    with transaction() as session:
        writing.end(session, actor(), path.booking_rule_id, clock.now())
    return Response(status=204)


def _shown(row: BookingRule, names: Names) -> RuleOut:
    ruling = rows.ruling_of(row)
    return RuleOut(
        id=row.id,
        kind=row.kind,
        params=catalogue.params_of(ruling.rule),
        scope=ScopeIO.of(ruling.scope),
        overridable=row.overridable,
        instead=row.instead,
        note=row.note,
        sentence=ruling.sentence(names),
        where=wording.where(ruling.scope, names),
        changed_at=row.changed_at,
        version=row.version,
    )
