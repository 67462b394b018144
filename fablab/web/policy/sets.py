"""Beginning with a common set of rules: looked at, some left out, then added together."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking.policy import rows, writing
from fablab.booking.policy.starting import Part, StartingSet, starting_set
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.judging import Ruling
from fablab.booking.rules.scope import Scope
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, n_
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.ground import access, inputs
from fablab.web.policy import trials
from fablab.web.policy.places import Place, place_named

screen = Blueprint("rule_sets", __name__)


@screen.get("/booking-rules/sets/<code>")
@access.needs(Role.FABMANAGER)
def page(code: str) -> str:
    """What a set would mean at a place, for a category or for all."""
    return _show(starting_set(code), place_named(request.args.get("site")), request.args.get("category"))


@screen.post("/booking-rules/sets/<code>")
@access.needs(Role.FABMANAGER)
def add(code: str) -> Response | tuple[str, int]:
    """Add the rules of a set that are ticked."""
    chosen, place = starting_set(code), place_named(request.form.get("site"))
    category_id = inputs.row_id(request.form.get("category"))
    ticked = [part for number, part in enumerate(chosen.parts) if str(number) in request.form.getlist("part")]
    try:
        if not ticked:
            raise Refused.because("part", _("Choose at least one rule."))
        with transaction() as session:
            for part in ticked:
                writing.add(session, access.actor(), _card(part, place, category_id), clock.now())
    except Refused as refused:
        return _show(chosen, place, request.form.get("category"), refused.messages), 422
    flash(n_("%(count)s rule is added.", "%(count)s rules are added.", len(ticked)), "ok")
    return redirect(url_for("booking_rules.page", site=place.key))


def _card(part: Part, place: Place, category_id: int | None) -> RuleCard:
    scope = Scope(site_id=place.site_id, category_id=category_id, age_under=part.age_under)
    return RuleCard(kind=part.kind, params=part.params, scope=scope)


def _show(chosen: StartingSet, place: Place, category: str | None, reasons: list[str] | None = None) -> str:
    session, now, category_id = db.session(), clock.now(), inputs.row_id(category)
    names = rows.names(session)
    drafts: list[Ruling] = [
        writing.checked(session, access.actor(), _card(part, place, category_id)) for part in chosen.parts
    ]
    return render_template(
        "policy/set.html",
        chosen=chosen,
        place=place,
        category_id=category_id,
        categories=catalog.categories(session),
        meanings=[trials.meaning(draft, names, now) for draft in drafts],
        reasons=reasons or [],
        ticked=set(request.form.getlist("part")) if reasons else {str(at) for at in range(len(drafts))},
    )
