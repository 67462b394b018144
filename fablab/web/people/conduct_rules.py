"""The rules about late cancellations, no-shows and strikes, and the appeals that wait for an answer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import NumberRange, Optional

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.conduct import appeals, policies, queries, wording
from fablab.members.conduct.appeals import Answer
from fablab.members.conduct.policies import (
    LONGEST_DAYS,
    LONGEST_DEADLINE,
    LONGEST_GRACE,
    MOST_STEPS,
    MOST_STRIKES,
    PolicyCard,
)
from fablab.members.conduct.rules import NO_RULES, Rules, Step
from fablab.members.models import Role, StrikeKind
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of
from fablab.web.ground.forms import LabForm
from fablab.web.places.hours import own_sites

screen = Blueprint("conduct_rules", __name__)
BLANK_STEPS = 2
COLUMNS = ("kind", "strikes", "within_days", "after", "days")


class PolicyForm(LabForm):
    """The rules of a scope, without their ladder, which is a table of its own."""

    keeps_networks = BooleanField()
    cancel_minutes = IntegerField(validators=[Optional(), NumberRange(0, LONGEST_DEADLINE)])
    no_show_strikes = BooleanField()
    grace_minutes = IntegerField(validators=[Optional(), NumberRange(0, LONGEST_GRACE)])
    strike_days = IntegerField(validators=[Optional(), NumberRange(1, LONGEST_DAYS)])
    version = HiddenField(default="0")

    def card(self, ladder: tuple[Step, ...]) -> PolicyCard:
        """What was written."""
        grace = self.grace_minutes.data
        rules = Rules(
            cancel_minutes=self.cancel_minutes.data,
            no_show_strikes=self.no_show_strikes.data,
            grace_minutes=NO_RULES.grace_minutes if grace is None else grace,
            strike_days=self.strike_days.data,
            ladder=ladder,
        )
        return PolicyCard(rules=rules, is_own=not self.keeps_networks.data)


@screen.get("/conduct")
def page() -> str:
    """Open appeals, and the rules in force."""
    return _show()


@screen.post("/conduct/appeals/<row:appeal_id>")
def answer(appeal_id: int) -> Response | tuple[str, int]:
    """Answer an appeal."""
    _may_look()
    given = Answer(request.form.get("granted") == "yes", request.form.get("text", "")[: appeals.LONGEST_TEXT])
    try:
        if request.form.get("granted") not in ("yes", "no"):
            raise Refused.because("granted", _("Say whether the appeal is granted."))
        with transaction() as session:
            appeals.answer(session, access.actor(), appeal_id, given, clock.now())
    except Refused as refused:
        return _show(appeal_id, refused.messages), status_of(refused)
    flash(_("Answered. The person gets a mail."), "ok")
    return redirect(url_for("conduct_rules.page"))


@screen.get("/conduct/network")
def network() -> str:
    """The network's rules."""
    return _edit(None)


@screen.post("/conduct/network")
def write_network() -> Response | tuple[str, int]:
    """Write the network's rules."""
    return _write(None)


@screen.get("/conduct/sites/<row:site_id>")
def site(site_id: int) -> str:
    """A site's own rules."""
    return _edit(site_id)


@screen.post("/conduct/sites/<row:site_id>")
def write_site(site_id: int) -> Response | tuple[str, int]:
    """Write a site's own rules, or let it keep the network's again."""
    return _write(site_id)


def _may_look() -> None:
    if not access.actor().may_anywhere(Role.FABMANAGER) and not queries.is_treasurer(access.actor()):
        raise Forbidden


def _check_right(site_id: int | None) -> None:
    if site_id is None:
        access.actor().needs_everywhere(Role.ADMIN)
    else:
        access.actor().needs_at_site(Role.FABMANAGER, sites.site(db.session(), site_id).id)


def _show(refused_id: int | None = None, reasons: list[str] | None = None) -> str:
    _may_look()
    session, actor = db.session(), access.actor()
    waiting = [(row, appeals.thing_of(row)) for row in appeals.to_answer(session, actor)]
    places = {row.id: row.name for row in sites.sites(session)}
    scopes = [(None, _("The whole network")), *((row.id, row.name) for row in own_sites())]
    return render_template(
        "conduct/page.html",
        waiting=waiting,
        zones={row.id: queries.zone_of(session, thing.site_id) for row, thing in waiting},
        writers=members.names_of(session, {row.by_id for row, _thing in waiting}),
        site_names=places,
        scopes=[(site_id, name, _in_words(site_id)) for site_id, name in scopes],
        may_write_network=actor.may_everywhere(Role.ADMIN),
        typed=request.form.get("text", "") if refused_id else "",
        refused_id=refused_id if refused_id in {row.id for row, _thing in waiting} else None,
        reasons=reasons or [],
        wording=wording,
    )


def _in_words(site_id: int | None) -> list[str]:
    """The rules of a scope, a sentence each; empty where it has none of its own."""
    found = policies.policy_of(db.session(), site_id)
    if found is None or not found.is_own:
        return []
    rules = policies.rules_of(found)
    lines = [
        _("Free to cancel until %(time)s before.", time=wording.deadline(rules.cancel_minutes))
        if rules.cancel_minutes is not None
        else _("Free to cancel at any time."),
        _("Not coming counts as a strike, %(count)s min after the beginning.", count=rules.grace_minutes)
        if rules.no_show_strikes
        else _("Not coming counts for nothing."),
    ]
    return [*lines, *(wording.step_in_words(step) for step in rules.ladder)]


def _edit(site_id: int | None, form: PolicyForm | None = None, *, is_stale: bool = False) -> str:
    _check_right(site_id)
    session = db.session()
    found = policies.policy_of(session, site_id)
    rules = policies.rules_of(found)
    typed = _typed_rows() if form else [_row_of(step) for step in rules.ladder]
    if form is None:
        form = PolicyForm(formdata=None, obj=rules)
        form.version.data = str(found.version if found else 0)
        form.keeps_networks.data = found is None or not found.is_own
    elif is_stale and found:
        form.version.data = str(found.version)
    return render_template(
        "conduct/rules.html",
        site=sites.site(session, site_id) if site_id is not None else None,
        form=form,
        rows=typed + [dict.fromkeys(COLUMNS, "")] * (BLANK_STEPS if len(typed) < MOST_STEPS else 0),
        kinds=[("", _("Any strike")), *((kind.value, wording.strike_kind(kind)) for kind in StrikeKind)],
        theirs=_in_words(site_id) if is_stale else None,
    )


def _write(site_id: int | None) -> Response | tuple[str, int]:
    _check_right(site_id)
    form, status = PolicyForm(), 422
    if form.validate():
        try:
            ladder = tuple(_step(row) for row in _typed_rows())
            version = 0 if form.version.data in ("0", None) else inputs.row_id(form.version.data) or 0
            with transaction() as session:
                policies.write_policy(session, access.actor(), site_id, form.card(ladder), version, clock.now())
        except Refused as refused:
            form.refuse(refused)
            status = status_of(refused)
        else:
            flash(_("Saved. What was struck before stays as it is."), "ok")
            return redirect(url_for("conduct_rules.page"))
    return _edit(site_id, form, is_stale=status == 409), status


def _typed_rows() -> list[dict[str, str]]:
    """The lines of the ladder in which anything was typed."""
    columns = [[text.strip()[:20] for text in request.form.getlist(name)] for name in COLUMNS]
    lines = [dict(zip(COLUMNS, line, strict=True)) for line in zip(*columns, strict=False)]
    return [line for line in lines[: MOST_STEPS + 1] if line["strikes"] or line["days"] or line["within_days"]]


def _row_of(step: Step) -> dict[str, str]:
    return {name: str(value) if (value := getattr(step, name)) is not None else "" for name in COLUMNS}


def _step(row: dict[str, str]) -> Step:
    """A line of the ladder as a step.

    Raises:
        Refused: a number that is none.
    """
    if row["kind"] not in ("", *StrikeKind):
        raise Refused.because("step", _("There is no such kind of strike."))
    return Step(
        kind=row["kind"] or None,
        strikes=_number(row["strikes"], 1, MOST_STRIKES) or 0,
        within_days=_number(row["within_days"], 1, LONGEST_DAYS),
        after=_number(row["after"], 0, MOST_STRIKES) or 0,
        days=_number(row["days"], 1, LONGEST_DAYS),
    )


def _number(text: str, least: int, most: int) -> int | None:
    """A whole number within bounds; None for an empty field.

    Raises:
        Refused: it is none.
    """
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 5 and least <= int(text) <= most:
        return int(text)
    values = {"text": text, "least": least, "most": most}
    raise Refused.because("step", _("“%(text)s” is no whole number from %(least)s to %(most)s.") % values)
