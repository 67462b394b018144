"""For hosts: greeting somebody, and one arrival with what can be mended about it."""

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _, n_
from fablab.core.refusals import Refused
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.presence import corrections, lists, queries, services
from fablab.presence.corrections import Correction
from fablab.presence.models import Arrival, ArrivalReason, PublicKind
from fablab.presence.services import LONGEST_NAME, Coming
from fablab.sites.models import Site
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of
from fablab.web.presence.board import hosted

screen = Blueprint("arrivals", __name__)
GUEST, GROUP = "guest", "group"
TYPED = ("guest_name", "label", "headcount", "request_key")
Entry = TypeVar("Entry", bound=ArrivalReason | PublicKind)


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who is greeted, and what was typed about them."""

    site: Site
    member: Member | None
    who: str
    """`guest` or `group`; empty for a member."""
    typed: dict[str, str]
    reasons: list[str] = field(default_factory=list)


@screen.get("/presence/<row:site_id>/arrive")
@access.needs(Role.HOST)
def arrive_page(site_id: int) -> str:
    """Ask why they come: as a page, or as what a dialog shows."""
    blank = dict.fromkeys(TYPED, "")
    return _ask(_greeting(hosted(site_id), {**blank, "request_key": str(uuid4())}))


@screen.post("/presence/<row:site_id>/arrive")
@access.needs(Role.HOST)
def arrive(site_id: int) -> Response | tuple[str, int]:
    """Write down that they have arrived."""
    site = hosted(site_id)
    typed = {name: request.form.get(name, "")[:200] for name in TYPED}
    greeting = _greeting(site, typed)
    try:
        with transaction() as session:
            row = services.arrive(session, access.actor(), _coming(greeting), clock.now())
            said = _("%(name)s is here.", name=title(row)) if not row.is_group else _arrived(row)
    except Refused as refused:
        return _ask(_greeting(hosted(site_id), typed, refused.messages)), 422
    flash(said, "ok")
    return redirect(url_for("presence.page", site=site_id))


@screen.post("/presence/left")
@access.needs(Role.HOST)
def left() -> Response:
    """Write down that somebody has left."""
    arrival_id = inputs.row_id(request.form.get("arrival_id")) or 0
    with transaction() as session:
        row = services.depart(session, access.actor(), arrival_id, clock.now())
        site_id, name = row.site_id, title(row)
    flash(_("%(name)s has left.", name=name), "ok")
    return redirect(url_for("presence.page", site=site_id))


@screen.get("/presence/arrivals/<row:arrival_id>")
@access.needs(Role.HOST)
def page(arrival_id: int) -> str:
    """One arrival, whom to call in an emergency, and what can be mended."""
    return _show(arrival_id)


@screen.post("/presence/arrivals/<row:arrival_id>")
@access.needs(Role.HOST)
def correct(arrival_id: int) -> Response | tuple[str, int]:
    """Change what it says."""
    form = request.form
    headcount = form.get("headcount") or "1"
    correction = Correction(
        reason_id=inputs.row_id(form.get("reason_id")) or 0,
        public_kind_id=inputs.row_id(form.get("public_kind_id")),
        headcount=_count(headcount),
        guest_name=form.get("guest_name", "")[:200],
        label=form.get("label", "")[:200],
    )
    version = inputs.row_id(form.get("version")) or 0
    try:
        with transaction() as session:
            row = corrections.correct(session, access.actor(), arrival_id, correction, version, clock.now())
            site_id = row.site_id
    except Refused as refused:
        return _show(arrival_id, refused.messages), status_of(refused)
    flash(_("Corrected. The log of the lab says who did it."), "ok")
    return redirect(url_for("presence.page", site=site_id))


@screen.post("/presence/arrivals/<row:arrival_id>/reopen")
@access.needs(Role.HOST)
def reopen(arrival_id: int) -> Response | tuple[str, int]:
    """Take a departure back."""
    try:
        with transaction() as session:
            row = corrections.reopen(session, access.actor(), arrival_id, clock.now())
            site_id, name = row.site_id, title(row)
    except Refused as refused:
        return _show(arrival_id, refused.messages), 422
    flash(_("%(name)s is here.", name=name), "ok")
    return redirect(url_for("presence.page", site=site_id))


@screen.post("/presence/arrivals/<row:arrival_id>/remove")
@access.needs(Role.HOST)
def remove(arrival_id: int) -> Response | tuple[str, int]:
    """Take it out of the book."""
    try:
        with transaction() as session:
            site_id = services.seen_by(session, access.actor(), arrival_id).site_id
            corrections.remove(session, access.actor(), arrival_id, clock.now())
    except Refused as refused:
        return _show(arrival_id, refused.messages), 422
    flash(_("Removed. The log of the lab says who did it."), "ok")
    return redirect(url_for("presence.page", site=site_id))


def title(row: Arrival) -> str:
    """What an arrival is called: by the member's name, the guest's, or the group's."""
    if row.member is not None:
        return row.member.name
    if row.is_group:
        return row.label or _("A group")
    return row.guest_name or _("A guest")


def _arrived(row: Arrival) -> str:
    return n_(
        "%(name)s: %(count)s person is here.",
        "%(name)s: %(count)s people are here.",
        row.headcount,
        name=title(row),
    )


def _greeting(site: Site, typed: dict[str, str], reasons: list[str] | None = None) -> Greeting:
    """Who the address or the form speaks of; NotFound if it is nobody."""
    member_id = inputs.row_id(request.values.get("member"))
    who = request.values.get("who", "")
    if member_id is None and who not in (GUEST, GROUP):
        raise NotFound("nobody to greet")
    member = members.member(db.session(), member_id) if member_id is not None else None
    return Greeting(site, member, "" if member else who, typed, reasons or [])


def _coming(greeting: Greeting) -> Coming:
    typed = greeting.typed
    is_group = greeting.who == GROUP
    return Coming(
        site_id=greeting.site.id,
        member_id=greeting.member.id if greeting.member else None,
        guest_name=typed["guest_name"] if greeting.who == GUEST else "",
        headcount=_count(typed["headcount"]) if is_group else 1,
        label=(typed["label"].strip() or _("A group")) if is_group else "",
        reason_id=inputs.row_id(request.form.get("reason_id")),
        public_kind_id=inputs.row_id(request.form.get("public_kind_id")),
        request_key=typed["request_key"][:100] or None,
    )


def _count(text: str) -> int:
    """A number of people; nought, which is refused, where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0


def _ask(greeting: Greeting) -> str:
    session = db.session()
    latest = here = None
    if greeting.member:
        latest = queries.latest_of(session, greeting.member.id)
        here = queries.stay_at(session, greeting.member.id, greeting.site.id, clock.now())
    kind_id = request.form.get("public_kind_id")
    return render_template(
        "presence/_arrive.html" if inputs.from_htmx() else "presence/arrive.html",
        greeting=greeting,
        site=greeting.site,
        latest=latest,
        here_since=here,
        choices=lists.reasons(session),
        publics=lists.publics(session),
        public_kind_id=inputs.row_id(kind_id) if kind_id else latest.public_kind_id if latest else None,
        longest=LONGEST_NAME,
    )


def _show(arrival_id: int, reasons: list[str] | None = None) -> str:
    session = db.session()
    row = queries.arrival(session, services.seen_by(session, access.actor(), arrival_id).id)
    hosted(row.site_id)
    return render_template(
        "presence/_arrival.html" if inputs.from_htmx() else "presence/arrival.html",
        arrival=row,
        site=row.site,
        name=title(row),
        reasons=reasons or [],
        choices=_with(lists.reasons(session), row.reason),
        publics=_with(lists.publics(session), row.public_kind),
        may_mend=corrections.is_of_today(row, clock.now()),
        guardians=[one.guardian for one in guardians.guardians_of(session, row.member_id)] if row.member_id else [],
        with_contact="contact" in request.args,
        longest=LONGEST_NAME,
    )


def _with(offered: list[Entry], present: Entry | None) -> list[Entry]:
    """What can be chosen, and what was chosen though it is no longer offered."""
    if present is None or present in offered:
        return offered
    return [*offered, present]
