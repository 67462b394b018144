"""The rules of a site, those of the network among them: read as sentences, ended, and let hold again."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking.models import BookingRule
from fablab.booking.policy import rows, writing
from fablab.booking.policy.starting import starting_sets
from fablab.booking.rules.case import Names
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.members.models import Role
from fablab.web.ground import access
from fablab.web.policy.kinds import families
from fablab.web.policy.places import place_named, place_of, places
from fablab.web.policy.scopes import chips

screen = Blueprint("booking_rules", __name__)
ENDED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A rule as the page of rules shows it."""

    row: BookingRule
    sentence: str
    note: str
    chips: list[tuple[str, str]]
    is_networks: bool
    may_write: bool


@screen.get("/booking-rules")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """The rules in force at a site, family by family."""
    session, place = db.session(), place_named(request.args.get("site"))
    found = rows.standing(session, [place.site_id] if place.site_id is not None else [])
    names = rows.names(session)
    groups = [
        (family, [_line(row, names) for row in found if row.kind in {card.code for card in family.kinds}])
        for family in families()
    ]
    return render_template(
        "policy/page.html",
        places=places(),
        place=place,
        families=[group for group in groups if group[1]],
        has_own=any(row.site_id == place.site_id for row in found),
        ended=[_line(row, names) for row in rows.ended(session, place.site_id, ENDED)],
        sets=starting_sets(),
    )


@screen.post("/booking-rules/<row:rule_id>/end")
@access.needs(Role.FABMANAGER)
def end(rule_id: int) -> Response:
    """Let it hold no longer."""
    place = place_of(rows.any_row(db.session(), rule_id).site_id)
    with transaction() as session:
        writing.end(session, access.actor(), rule_id, clock.now())
    flash(_("The rule holds no longer. What is reserved stays as it is; below it can be taken back."), "ok")
    return redirect(url_for("booking_rules.page", site=place.key))


@screen.post("/booking-rules/<row:rule_id>/renew")
@access.needs(Role.FABMANAGER)
def renew(rule_id: int) -> Response:
    """Let a rule that was ended hold again."""
    place = place_of(rows.any_row(db.session(), rule_id).site_id)
    with transaction() as session:
        writing.renew(session, access.actor(), rule_id, clock.now())
    flash(_("The rule holds again. What is reserved stays as it is."), "ok")
    return redirect(url_for("booking_rules.page", site=place.key))


def _line(row: BookingRule, names: Names) -> Line:
    ruling, actor = rows.ruling_of(row), access.actor()
    is_networks = row.site_id is None
    return Line(
        row=row,
        sentence=ruling.rule.words(names),
        note=ruling.note,
        chips=chips(ruling.scope, names),
        is_networks=is_networks,
        may_write=actor.may_everywhere(Role.ADMIN) if is_networks else True,
    )
