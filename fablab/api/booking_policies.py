"""Routes that take a whole policy out of a site, and bring one in."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.booking_rules import TAGS
from fablab.api.errors import problem
from fablab.api.schemas import FieldError, Problem
from fablab.api.schemas.booking_rules import BroughtOut, PolicyInQuery, PolicyIO, PolicyQuery, PolicyTrouble
from fablab.booking.policy import carrying
from fablab.booking.policy.carrying import Brought
from fablab.core import clock
from fablab.core.db import attempt, db
from fablab.core.i18n import _


@api.get("/booking-rules.json", tags=TAGS, summary="A whole policy", responses={200: PolicyIO, 404: Problem})
def take_policy_out(query: PolicyQuery) -> Response:
    """A site's own rules, or the network's, as a file that can be brought in elsewhere; everybody may read them."""
    return answer(PolicyIO(**carrying.taken_out(db.session(), query.site_id)))


@api.post(
    "/booking-rules.json",
    tags=TAGS,
    summary="Bring a policy in",
    responses={200: BroughtOut, 403: Problem, 404: Problem},
)
def bring_policy_in(query: PolicyInQuery, body: PolicyIO) -> Response:
    """Add every rule of a file that is not there yet, or with `dry_run` only say what it would do. Where some cannot be
    taken, the answer is 422 with every reason and nothing is written.
    """
    now, policy = clock.now(), body.model_dump()
    brought, kept = attempt(
        lambda session: carrying.brought_in(session, actor(), query.site_id, policy, now, replaces=query.replaces),
        lambda found: not query.dry_run and not found.troubles,
    )
    if not kept and not query.dry_run:
        return _refused(brought)
    return answer(
        BroughtOut(
            written=kept,
            added=brought.added,
            unchanged=brought.unchanged,
            ended=brought.ended,
            troubles=[PolicyTrouble(number=item.number, message=item.message) for item in brought.troubles],
        )
    )


def _refused(brought: Brought) -> Response:
    text = _("Nothing was written: some rules cannot be taken.")
    errors = [FieldError(field=f"rule {item.number}", message=item.message) for item in brought.troubles]
    return problem(422, _("Refused"), text, errors=errors)
