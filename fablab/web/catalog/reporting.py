"""Saying that something is wrong: from the QR code on a machine, or at a place; anybody may, in half a minute."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import RadioField

from fablab.catalog import problem_queries, problems
from fablab.catalog import queries as catalog
from fablab.catalog.models import ProblemKind
from fablab.catalog.problems import LONGEST_NAME, LONGEST_TEXT, Report
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.refusals import Refused
from fablab.members import throttle
from fablab.sites import queries as sites
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, area_field, text_field
from fablab.web.ground.uploads import takes_files, upload

screen = Blueprint("reporting", __name__)


class ReportForm(LabForm):
    """What is wrong, in a few words."""

    kind = RadioField(default=ProblemKind.PROBLEM)
    text = area_field(LONGEST_TEXT)
    name = text_field(LONGEST_NAME)

    def offer(self) -> None:
        """Fill the list of kinds."""
        self.kind.choices = [(kind, kind) for kind in ProblemKind]


@dataclass(frozen=True, slots=True)
class About:
    """What the report is about: a machine, or a site itself; and where its pages are."""

    site_id: int
    resource_id: int | None
    name: str
    place: str
    back: str
    action: str
    sent: str


@screen.get("/m/<code>/problem")
@access.public
def machine_page(code: str) -> str:
    """Ask what is wrong with a machine."""
    return _show(_machine(code), ReportForm(formdata=None))


@screen.post("/m/<code>/problem")
@access.public
@takes_files
def machine(code: str) -> Response | tuple[str, int]:
    """Write down what is wrong with a machine."""
    return _report(_machine(code))


@screen.get("/m/<code>/problem/sent")
@access.public
def machine_sent(code: str) -> str:
    """Thanks, and what happens next."""
    return _thank(_machine(code))


@screen.get("/sites/<row:site_id>/problem")
@access.public
def site_page(site_id: int) -> str:
    """Ask what is wrong at a place."""
    return _show(_site(site_id), ReportForm(formdata=None))


@screen.post("/sites/<row:site_id>/problem")
@access.public
@takes_files
def site(site_id: int) -> Response | tuple[str, int]:
    """Write down what is wrong at a place."""
    return _report(_site(site_id))


@screen.get("/sites/<row:site_id>/problem/sent")
@access.public
def site_sent(site_id: int) -> str:
    """Thanks, and what happens next."""
    return _thank(_site(site_id))


def _machine(code: str) -> About:
    found = catalog.resource_by_code(db.session(), code)
    paths = [url_for(f"reporting.{end}", code=code) for end in ("machine", "machine_sent")]
    return About(found.site_id, found.id, found.name, found.site.name, url_for("machine.page", code=code), *paths)


def _site(site_id: int) -> About:
    found = sites.site(db.session(), site_id)
    paths = [url_for(f"reporting.{end}", site_id=site_id) for end in ("site", "site_sent")]
    return About(found.id, None, found.name, found.town, url_for("home.page"), *paths)


def _report(about: About) -> Response | tuple[str, int]:
    form = ReportForm()
    form.offer()
    if not form.validate():
        return _show(about, form), 422
    kind = ProblemKind(form.kind.data)
    reporter_id = current_user.id if current_user.is_authenticated else None
    photo = upload("photo")
    said = Report(
        site_id=about.site_id,
        resource_id=about.resource_id,
        kind=kind,
        text=form.text.data or "",
        photo=photo.content if photo else None,
        name=form.name.data or "",
    )
    try:
        with transaction() as session:
            problems.count_attempt(session, reporter_id, request.remote_addr or "", clock.now())
        with transaction() as session:
            problems.report(session, reporter_id, said, clock.now())
    except Refused as refused:
        form.refuse(refused)
        return _show(about, form, lost_photo=photo is not None), 429 if throttle.TOO_MANY in refused.codes else 422
    return redirect(f"{about.sent}?kind={kind}")


def _show(about: About, form: ReportForm, *, lost_photo: bool = False) -> str:
    known = problem_queries.open_problems(db.session(), site_id=about.site_id, resource_id=about.resource_id, limit=5)
    return render_template("reporting/report.html", about=about, form=form, known=known, lost_photo=lost_photo)


def _thank(about: About) -> str:
    is_private = request.args.get("kind") in (ProblemKind.INJURY, ProblemKind.NEAR_MISS)
    return render_template("reporting/sent.html", about=about, is_private=is_private)
