"""For fabmanagers: what maintenance is due, what each machine needs again and again, what was done and what it cost."""

from dataclasses import dataclass
from datetime import date, datetime, time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from fablab.catalog import maintenance
from fablab.catalog import queries as catalog
from fablab.catalog.maintenance import LONGEST_DAYS, LONGEST_HOURS, MOST_MINUTES, Done, DuePlan, PlanCard
from fablab.catalog.models import MaintenancePlan, Resource
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.money import parse_cents
from fablab.core.period import boundary_of
from fablab.core.refusals import Conflict, Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.usage import upkeep
from fablab.web.ground import access, inputs
from fablab.web.ground.forms import LabForm, area_field, text_field
from fablab.web.ground.months import lab_zone

screen = Blueprint("maintenance", __name__)


class PlanForm(LabForm):
    """What is to be done, and how often."""

    title = text_field(120, needed=True)
    instructions = area_field(4000)
    every_days = IntegerField(validators=[Optional(), NumberRange(min=1, max=LONGEST_DAYS)])
    every_hours = IntegerField(validators=[Optional(), NumberRange(min=1, max=LONGEST_HOURS)])

    def card(self) -> PlanCard:
        """What was written."""
        return PlanCard(
            title=self.title.data,
            instructions=self.instructions.data or "",
            every_days=self.every_days.data,
            every_hours=self.every_hours.data,
        )


class DoneForm(LabForm):
    """What was done."""

    plan_id = SelectField(coerce=int, default=0)
    on = text_field(10)
    note = area_field(2000)
    minutes = IntegerField(validators=[Optional(), NumberRange(min=0, max=MOST_MINUTES)])
    cost = text_field(20)

    def offer(self, plans: list[DuePlan]) -> None:
        """Fill the list of plans."""
        choices = [(item.plan.id, item.plan.title) for item in plans]
        self.plan_id.choices = [*choices, (0, _("Something else"))]

    def validate_cost(self, field: Field) -> None:
        """Show what is wrong with the cost beside it."""
        try:
            parse_cents(field.data or "0")
        except ValueError:
            raise ValidationError(_("Write an amount like 3.50, with two decimals at most.")) from None

    def done(self, resource: Resource, now: datetime) -> Done:
        """What was written; a day before today counts from its noon."""
        today = now.astimezone(resource.site.zone).date()
        on = inputs.day(self.on.data, today)
        return Done(
            at=now if on == today else boundary_of(on, time(12), resource.site.zone),
            plan_id=self.plan_id.data or None,
            note=self.note.data or "",
            minutes=self.minutes.data,
            cost_cents=parse_cents(self.cost.data) if self.cost.data else 0,
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """What a machine's maintenance has cost this year."""

    resource: Resource
    cents: int


@screen.get("/maintenance")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """What is due at one's sites, what soon, and what this year has cost."""
    session, actor, now = db.session(), access.actor(), clock.now()
    own = actor.sites_of(Role.FABMANAGER, [row.id for row in sites.sites(session)])
    resources = [row for row in catalog.resources(session, retired=True) if row.site_id in own]
    costs = maintenance.costs_since(session, [row.id for row in resources], _new_year(now))
    dear = [Cost(row, costs[row.id]) for row in resources if costs.get(row.id)]
    return render_template(
        "maintenance/page.html",
        plans=maintenance.plans(session, now, site_ids=own),
        resources=resources,
        costs=sorted(dear, key=lambda item: -item.cents),
        total=sum(costs.values()),
        year=now.astimezone(lab_zone()).year,
    )


@screen.get("/machines/<row:machine_id>/maintenance")
@access.needs(Role.FABMANAGER)
def machine_page(machine_id: int) -> str:
    """A machine's plans, and what was done."""
    return _show(_own(machine_id))


@screen.post("/machines/<row:machine_id>/maintenance/plans")
@access.needs(Role.FABMANAGER)
def add(machine_id: int) -> Response | tuple[str, int]:
    """Plan work on it."""
    _own(machine_id)
    form = PlanForm()
    if form.validate():
        try:
            with transaction() as session:
                maintenance.add_plan(session, access.actor(), machine_id, form.card(), clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Planned. You are told by mail when it is due."), "ok")
            return redirect(url_for("maintenance.machine_page", machine_id=machine_id))
    return _show(_own(machine_id), plan_form=form), 422


@screen.get("/maintenance/plans/<row:plan_id>")
@access.needs(Role.FABMANAGER)
def plan_page(plan_id: int) -> str:
    """A plan, to change or end it."""
    plan = _own_plan(plan_id)
    form = PlanForm(formdata=None, obj=plan)
    form.every_hours.data = None if plan.every_seconds is None else plan.every_seconds // 3600
    return render_template("maintenance/plan.html", plan=plan, form=form, theirs=None)


@screen.post("/maintenance/plans/<row:plan_id>")
@access.needs(Role.FABMANAGER)
def edit(plan_id: int) -> Response | tuple[str, int]:
    """Change a plan."""
    _own_plan(plan_id)
    form = PlanForm()
    status, theirs = 422, False
    if form.validate():
        try:
            with transaction() as session:
                version = inputs.row_id(request.form.get("version")) or 0
                row = maintenance.edit_plan(session, access.actor(), plan_id, form.card(), version)
                machine_id = row.resource_id
        except Refused as refused:
            form.refuse(refused)
            theirs = isinstance(refused, Conflict)
            status = 409 if theirs else 422
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("maintenance.machine_page", machine_id=machine_id))
    plan = _own_plan(plan_id)
    return render_template("maintenance/plan.html", plan=plan, form=form, theirs=plan if theirs else None), status


@screen.post("/maintenance/plans/<row:plan_id>/end")
@access.needs(Role.FABMANAGER)
def end(plan_id: int) -> Response:
    """Plan it no more."""
    with transaction() as session:
        machine_id = maintenance.end_plan(session, access.actor(), plan_id, clock.now()).resource_id
    flash(_("Ended. What was done stays in the log."), "ok")
    return redirect(url_for("maintenance.machine_page", machine_id=machine_id))


@screen.post("/machines/<row:machine_id>/maintenance/done")
@access.needs(Role.FABMANAGER)
def note_done(machine_id: int) -> Response | tuple[str, int]:
    """Write down what was done."""
    resource, now = _own(machine_id), clock.now()
    form = DoneForm()
    form.offer(maintenance.plans(db.session(), now, resource_id=machine_id))
    if form.validate():
        done = form.done(resource, now)
        try:
            with transaction() as session:
                upkeep.note_done(session, access.actor(), machine_id, done, now)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Written down."), "ok")
            return redirect(url_for("maintenance.machine_page", machine_id=machine_id))
    return _show(_own(machine_id), done_form=form), 422


def _own(machine_id: int) -> Resource:
    """The machine, for a fabmanager of its site."""
    found = catalog.resource(db.session(), machine_id)
    access.actor().needs_at_site(Role.FABMANAGER, found.site_id)
    return found


def _own_plan(plan_id: int) -> MaintenancePlan:
    """The plan, for a fabmanager of its machine's site."""
    found = maintenance.plan(db.session(), plan_id)
    access.actor().needs_at_site(Role.FABMANAGER, found.resource.site_id)
    return found


def _new_year(now: datetime) -> datetime:
    zone = lab_zone()
    return boundary_of(date(now.astimezone(zone).year, 1, 1), time(0), zone)


def _show(resource: Resource, *, plan_form: PlanForm | None = None, done_form: DoneForm | None = None) -> str:
    session, now = db.session(), clock.now()
    plans = maintenance.plans(session, now, resource_id=resource.id)
    if done_form is None:
        done_form = DoneForm(formdata=None, plan_id=plans[0].plan.id if plans else 0)
        done_form.offer(plans)
        done_form.on.data = now.astimezone(resource.site.zone).date().isoformat()
    return render_template(
        "maintenance/machine.html",
        resource=resource,
        plans=plans,
        acts=maintenance.acts_of(session, resource.id),
        costs=maintenance.costs_since(session, [resource.id], _new_year(now)).get(resource.id, 0),
        plan_form=plan_form or PlanForm(formdata=None),
        done_form=done_form,
        today=now.astimezone(resource.site.zone).date(),
    )
