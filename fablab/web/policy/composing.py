"""Writing a rule: its kind, its parameters, whom and what it is about; tried before it is saved, nothing lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.booking.models import BookingRule
from fablab.booking.policy import rows, writing
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules import catalogue
from fablab.booking.rules.case import Names
from fablab.booking.rules.scope import Scope
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.web.ground import access, inputs, pickers
from fablab.web.policy import fields as forms
from fablab.web.policy import trials
from fablab.web.policy.fields import Field, Options, Typed
from fablab.web.policy.kinds import families, kind_card
from fablab.web.policy.places import Place, place_named, place_of, places
from fablab.web.policy.scopes import PREFIX, ScopeFields, scope_fields, scope_of, sent_scope, typed_scope
from fablab.web.policy.trials import Trial

screen = Blueprint("rule_forms", __name__)
PARAMS = "p-"


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A form about a rule: its fields, what stands in them, and what is wrong with that."""

    kind: str
    place: Place
    row: BookingRule | None
    params: list[Field]
    scope: ScopeFields
    trial: list[Field]
    typed: Typed
    typed_scope: Typed
    typed_trial: Typed
    overridable: bool
    instead: bool
    note: str
    version: str
    wrong: dict[str, str]
    reasons: list[str]

    @property
    def has_people(self) -> bool:
        """Somebody in particular is meant."""
        return any(self.typed_scope[item.name] not in ("", item.default) for item in self.scope.whom)

    @property
    def has_times(self) -> bool:
        """Some times in particular are meant."""
        lines = [value for line in self.typed_scope["windows"] for value in line.values()]
        rest = [self.typed_scope[item.name] for item in self.scope.when if item.name != "windows"]
        return any([*lines, *rest])


@screen.get("/booking-rules/new")
@access.needs(Role.FABMANAGER)
def new_page() -> str:
    """Choose a kind; then its form."""
    place, kind = place_named(request.args.get("site")), request.args.get("kind", "")
    if kind not in catalogue.KINDS:
        return render_template("policy/kinds.html", families=families(), place=place, places=places())
    return _show(_sheet(kind, place, None))


@screen.post("/booking-rules/new")
@access.needs(Role.FABMANAGER)
def add() -> Response | tuple[str, int] | str:
    """Try it, change the lines of the form, or let it hold."""
    kind = request.form.get("kind", "")
    catalogue.kind(kind)
    return _sent(_sheet(kind, place_named(request.form.get("site")), None))


@screen.get("/booking-rules/<row:rule_id>")
@access.needs(Role.FABMANAGER)
def edit_page(rule_id: int) -> str:
    """What it says, in its form."""
    row = rows.row(db.session(), rule_id)
    return _show(_sheet(row.kind, place_of(row.site_id), row))


@screen.post("/booking-rules/<row:rule_id>")
@access.needs(Role.FABMANAGER)
def edit(rule_id: int) -> Response | tuple[str, int] | str:
    """Try it, change the lines of the form, or let it say something else."""
    row = rows.row(db.session(), rule_id)
    return _sent(_sheet(row.kind, place_of(row.site_id), row))


def options_from(names: Names) -> Options:
    """What parameters offer to choose from."""
    tables = (("course", names.courses), ("class", names.classes), ("membership", names.memberships))
    found = {unit: [(str(key), name) for key, name in table.items()] for unit, table in tables}
    return {**found, "exempt.codes": [(card.code, card.name) for family in families() for card in family.kinds]}


def _sheet(kind: str, place: Place, row: BookingRule | None) -> Sheet:
    """The form as it was sent, or as the rule is that holds, or blank."""
    names, form = rows.names(db.session()), request.form
    params, scope = forms.fields_of(kind, options_from(names)), scope_fields(place.site_id, names)
    trial, is_sent = trials.trial_fields(place), request.method == "POST"
    ruling = rows.ruling_of(row) if row else None
    held = catalogue.params_of(ruling.rule) if ruling else {}
    return Sheet(
        kind=kind,
        place=place,
        row=row,
        params=params,
        scope=scope,
        trial=trial,
        typed=forms.sent(params, form, PARAMS) if is_sent else _held(params, held),
        typed_scope=sent_scope(scope, form) if is_sent else typed_scope(scope, ruling.scope if ruling else Scope()),
        typed_trial=trials.sent_trial(trial, form),
        overridable="overridable" in form if is_sent else ruling is None or ruling.overridable,
        instead="instead" in form if is_sent else ruling is not None and ruling.instead,
        note=form.get("note", "")[: writing.LONGEST_NOTE + 1] if is_sent else (ruling.note if ruling else ""),
        version=form.get("version", "") if is_sent else str(row.version if row else ""),
        wrong={},
        reasons=[],
    )


def _held(params: Sequence[Field], held: dict[str, object]) -> Typed:
    typed = forms.typed_of(params, held)
    if held.get("unit") == "minutes":
        amount = next(item for item in params if item.name == "most")
        typed["most"] = forms.shown(replace(amount, unit="minutes"), held["most"])
    return typed


def _sent(sheet: Sheet) -> Response | tuple[str, int] | str:
    form, now = request.form, clock.now()
    if forms.changed(sheet.params, sheet.typed, form, PARAMS):
        return _show(sheet)
    if forms.changed(sheet.scope.when, sheet.typed_scope, form, PREFIX):
        return _show(sheet)
    params = forms.params_of(sheet.params, sheet.typed, sheet.wrong, PARAMS)
    scope = scope_of(sheet.scope, sheet.typed_scope, sheet.place.site_id, sheet.wrong)
    if sheet.wrong:
        sheet.reasons = [_("Some fields cannot be read; each says below what is wrong with it.")]
        return _show(sheet), 422
    card = RuleCard(
        kind=sheet.kind,
        params=params,
        scope=scope,
        overridable=sheet.overridable,
        instead=sheet.instead,
        note=sheet.note,
    )
    try:
        if form.get("act") != "save":
            trial = _tried(sheet, card, now)
            return (_show(sheet, trial), 422) if sheet.wrong else _show(sheet, trial)
        _write(sheet, card, now)
    except Refused as refused:
        sheet.reasons = refused.messages
        if isinstance(refused, Conflict) and sheet.row:
            sheet.row = rows.row(db.session(), sheet.row.id)
            sheet.version = str(sheet.row.version)
            return _show(sheet, is_stale=True), 409
        return _show(sheet), 422
    except NotFound:
        sheet.reasons = [_("Something that it names is not there any more. Choose again.")]
        return _show(sheet), 422
    flash(_("The rule holds from now on. What is reserved stays as it is."), "ok")
    return redirect(url_for("booking_rules.page", site=sheet.place.key))


def _write(sheet: Sheet, card: RuleCard, now: datetime) -> None:
    rule_id = sheet.row.id if sheet.row else None
    with transaction() as session:
        if rule_id is None:
            writing.add(session, access.actor(), card, now)
        else:
            writing.edit(session, access.actor(), rule_id, card, inputs.row_id(sheet.version) or 0, now)


def _tried(sheet: Sheet, card: RuleCard, now: datetime) -> Trial:
    session = db.session()
    draft = writing.checked(session, access.actor(), card)
    replaced = sheet.row.id if sheet.row else None
    found = trials.answer(sheet.trial, sheet.typed_trial, [draft], replaced, sheet.wrong)
    return Trial(meanings=[trials.meaning(draft, rows.names(session), now)], answer=found)


def _show(sheet: Sheet, trial: Trial | None = None, *, is_stale: bool = False) -> str:
    theirs = None
    if is_stale and sheet.row:
        theirs = rows.ruling_of(sheet.row).sentence(rows.names(db.session()))
    return render_template(
        "policy/form.html",
        sheet=sheet,
        card=kind_card(sheet.kind),
        trial=trial,
        theirs=theirs,
        suggested=pickers.suggestions(),
        longest_note=writing.LONGEST_NOTE,
    )
