"""Routes about appeals, and about the rules that strikes follow."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.conduct import TAGS
from fablab.api.schemas import Problem
from fablab.api.schemas.conduct import (
    AnswerIn,
    AppealIn,
    AppealList,
    AppealOut,
    AppealPath,
    AppealsQuery,
    PolicyIn,
    PolicyList,
    PolicyOut,
    StepIn,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import guardians
from fablab.members.conduct import appeals, policies, queries
from fablab.members.conduct.appeals import Answer, AppealCard
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules, Step
from fablab.members.models import Appeal, ConductPolicy
from fablab.sites import queries as sites


@api.get("/appeals", tags=TAGS, summary="Appeals", responses={200: AppealList})
def appeal_list(query: AppealsQuery) -> Response:
    """One's own appeals and one's wards’; or those that wait for the caller's answer as staff."""
    session, me = db.session(), actor()
    if query.open:
        found = appeals.to_answer(session, me)
    else:
        own = guardians.people_of(session, me.member_id)
        found = [row for member_id in own for row in queries.appeals_of(session, me, member_id)]
    return answer(AppealList(items=[_appeal(row) for row in found]))


@api.post("/appeals", tags=TAGS, summary="Appeal", responses={201: AppealOut, **WRITES})
def appeal(body: AppealIn) -> Response:
    """Say that a hold or a strike of one's own, or of one's ward, is wrong."""
    card = AppealCard(text=body.text, hold_id=body.hold_id, strike_id=body.strike_id)
    with transaction() as session:
        made = _appeal(appeals.appeal(session, actor(), card, clock.now()))
    return answer(made, 201)


@api.patch("/appeals/<int:appeal_id>", tags=TAGS, summary="Answer an appeal", responses={200: AppealOut, **WRITES})
def answer_appeal(path: AppealPath, body: AnswerIn) -> Response:
    """Answer an appeal as staff who had no part in it; 409 where a colleague was quicker."""
    with transaction() as session:
        row = appeals.answer(session, actor(), path.appeal_id, Answer(body.granted, body.answer), clock.now())
        made = _appeal(row)
    return answer(made)


@api.get("/conduct-policies", tags=TAGS, summary="Rules of conduct", responses={200: PolicyList})
def policy_list() -> Response:
    """What late cancellations and no-shows lead to: the network's rules, and those of each site that has its own."""
    session = db.session()
    found = [policies.policy_of(session, scope) for scope in (None, *(row.id for row in sites.sites(session)))]
    return answer(PolicyList(items=[_policy(row) for row in found if row is not None]))


@api.post(
    "/conduct-policies", tags=TAGS, summary="Write rules of conduct", responses={201: PolicyOut, 403: Problem, **WRITES}
)
def write_policy(body: PolicyIn) -> Response:
    """Write the next version of a site's rules as its fabmanager, or of the network's as an administrator."""
    rules = Rules(
        cancel_minutes=body.cancel_minutes,
        no_show_strikes=body.no_show_strikes,
        grace_minutes=body.grace_minutes,
        strike_days=body.strike_days,
        ladder=tuple(Step(**step.model_dump()) for step in body.ladder),
    )
    card = PolicyCard(rules=rules, is_own=body.is_own)
    with transaction() as session:
        made = _policy(policies.write_policy(session, actor(), body.site_id, card, body.version, clock.now()))
    return answer(made, 201)


def _appeal(row: Appeal) -> AppealOut:
    return AppealOut(
        id=row.id,
        member_id=row.member_id,
        hold_id=row.hold_id,
        strike_id=row.strike_id,
        by_id=row.by_id,
        text=row.text,
        at=row.at,
        granted=row.granted,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def _policy(row: ConductPolicy) -> PolicyOut:
    return PolicyOut(
        id=row.id,
        site_id=row.site_id,
        version=row.version,
        is_own=row.is_own,
        cancel_minutes=row.cancel_minutes,
        no_show_strikes=row.no_show_strikes,
        grace_minutes=row.grace_minutes,
        strike_days=row.strike_days,
        ladder=[
            StepIn.model_validate(
                {name: getattr(step, name) for name in ("kind", "strikes", "within_days", "after", "days")}
            )
            for step in row.steps
        ],
    )
