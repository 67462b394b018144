"""Routes about figures for funders: the questions, the funders, the report."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.impact import (
    ChoiceOut,
    FigureOut,
    FunderIn,
    FunderList,
    FunderOut,
    FunderPatch,
    FunderPath,
    ImpactOut,
    ImpactQuery,
    KindIn,
    KindList,
    KindOut,
    KindPatch,
    KindPath,
    KindsQuery,
    TableOut,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import Forbidden
from fablab.impact import funders, kinds, wording
from fablab.impact.funders import FunderCard
from fablab.impact.kinds import ChoiceCard, KindCard
from fablab.impact.models import FactKind, Funder
from fablab.impact.report import Question, report, sites_to_report
from fablab.impact.tables import Table

TAGS = [Tag(name="impact", description="What funders ask")]


@api.get("/fact-kinds", tags=TAGS, summary="The questions", responses={200: KindList})
def kind_list(query: KindsQuery) -> Response:
    """The questions that members may answer, what they are asked for, and who gets the figures."""
    session = db.session()
    wanted = funders.who_asks(session)
    rows = kinds.kinds(session, closed=query.closed)
    return answer(KindList(items=[_kind(row, wanted.get(row.id, [])) for row in rows]))


@api.post("/fact-kinds", tags=TAGS, summary="Add a question", responses={201: KindOut, **WRITES})
def add_kind(body: KindIn) -> Response:
    """Ask one question more; for administrators of the network."""
    choices = tuple(ChoiceCard(**one.model_dump()) for one in body.choices)
    card = KindCard(name=body.name, purpose=body.purpose, choices=choices)
    with transaction() as session:
        made = _kind(kinds.add_kind(session, actor(), body.field, card, clock.now()), [])
    return answer(made, 201)


@api.patch("/fact-kinds/<int:kind_id>", tags=TAGS, summary="Edit a question", responses={200: KindOut, **WRITES})
def edit_kind(path: KindPath, body: KindPatch) -> Response:
    """Write a question anew, ask it no more, or again; for administrators of the network."""
    now, me = clock.now(), actor()
    with transaction() as session:
        row = kinds.kind(session, path.kind_id)
        card = KindCard(
            name=wording.kind_name(row) if body.name is None else body.name,
            purpose=wording.purpose_of(row) if body.purpose is None else body.purpose,
            choices=tuple(ChoiceCard(**one.model_dump()) for one in body.choices),
        )
        row = kinds.edit_kind(session, me, path.kind_id, card, body.version, now)
        if body.closed is not None:
            row = kinds.close_kind(session, me, path.kind_id, row.version, now, closed=body.closed)
        made = _kind(row, funders.who_asks(session).get(row.id, []))
    return answer(made)


@api.get("/funders", tags=TAGS, summary="The funders", responses={200: FunderList, 403: Problem})
def funder_list(query: KindsQuery) -> Response:
    """Who funds the lab; for those who may report."""
    if not sites_to_report(db.session(), actor()):
        raise Forbidden("funders")
    return answer(FunderList(items=[_funder(row) for row in funders.funders(db.session(), closed=query.closed)]))


@api.post("/funders", tags=TAGS, summary="Add a funder", responses={201: FunderOut, **WRITES})
def add_funder(body: FunderIn) -> Response:
    """Add a funder; for administrators of the network."""
    card = FunderCard(
        name=body.name, note=body.note, site_ids=frozenset(body.site_ids), kind_ids=frozenset(body.kind_ids)
    )
    with transaction() as session:
        made = _funder(funders.add_funder(session, actor(), card, clock.now()))
    return answer(made, 201)


@api.patch("/funders/<int:funder_id>", tags=TAGS, summary="Edit a funder", responses={200: FunderOut, **WRITES})
def edit_funder(path: FunderPath, body: FunderPatch) -> Response:
    """Write a funder anew; for administrators of the network."""
    with transaction() as session:
        card = _patched(funders.card_of(funders.funder(session, path.funder_id)), body)
        made = _funder(funders.edit_funder(session, actor(), path.funder_id, card, body.version, clock.now()))
    return answer(made)


@api.get("/impact", tags=TAGS, summary="The figures of a period", responses={200: ImpactOut, 403: Problem})
def impact(query: ImpactQuery) -> Response:
    """The figures of a period at sites of one's own, as they may be published: no group of fewer than five people is
    told, and none can be worked out of one answer. For fabmanagers of each site, and administrators and treasurers of
    the network.
    """
    question = Question(
        first_on=query.from_, last_on=query.to, site_ids=frozenset(query.site_id), funder_id=query.funder_id
    )
    found = report(db.session(), actor(), question)
    return answer(
        ImpactOut(
            site_ids=[row.id for row in found.sites],
            funder_id=query.funder_id,
            people=found.people,
            tables=[_table(one) for one in found.tables],
        )
    )


def _patched(card: FunderCard, body: FunderPatch) -> FunderCard:
    """The card with what was sent in the place of what it said."""
    return FunderCard(
        name=card.name if body.name is None else body.name,
        note=card.note if body.note is None else body.note,
        site_ids=card.site_ids if body.site_ids is None else frozenset(body.site_ids),
        kind_ids=card.kind_ids if body.kind_ids is None else frozenset(body.kind_ids),
        closed=card.closed if body.closed is None else body.closed,
    )


def _kind(row: FactKind, wanted: list[str]) -> KindOut:
    return KindOut(
        id=row.id,
        code=row.code,
        name=wording.kind_name(row),
        purpose=wording.purpose_of(row),
        field=row.field,
        choices=[
            ChoiceOut(key=one.key, name=wording.choice_name(row, one), closed=one.closed_at is not None)
            for one in row.choices
        ],
        funders=wanted,
        closed=row.closed_at is not None,
        version=row.version,
    )


def _funder(row: Funder) -> FunderOut:
    return FunderOut(
        id=row.id,
        name=row.name,
        note=row.note,
        site_ids=sorted(one.site_id for one in row.sites),
        kind_ids=sorted(one.kind_id for one in row.kinds),
        closed=row.closed_at is not None,
        version=row.version,
    )


def _table(one: Table) -> TableOut:
    return TableOut(
        key=one.key,
        name=one.title,
        unit=one.unit,
        figures=[FigureOut(key=row.key, name=row.label, value=row.value) for row in one.rows],
        total=one.total,
        sum_of_answers=one.added,
    )
