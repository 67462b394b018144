"""For hosts: somebody's memberships and class; selling, renewing, pausing, ending, and whom a family's covers."""

from datetime import date
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from fablab.billing import items
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import classes, proofs
from fablab.members import queries as members
from fablab.members.classes import ClassSetting
from fablab.members.memberships import changing, selling
from fablab.members.memberships import queries as memberships
from fablab.members.memberships.rules import Days
from fablab.members.memberships.selling import Sale
from fablab.members.models import Role
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.errors import status_of
from fablab.web.ground.uploads import takes_files, upload
from fablab.web.people import held

screen = Blueprint("person_memberships", __name__)
ACTS = ("renew", "pause", "resume", "end", "add", "remove", "waive")


@screen.get("/people/<row:member_id>/memberships")
@access.needs(Role.HOST)
def page(member_id: int) -> str:
    """Everything about them."""
    return _show(member_id)


@screen.post("/people/<row:member_id>/memberships")
@access.needs(Role.HOST)
def sell(member_id: int) -> Response | tuple[str, int]:
    """Sell a kind."""
    kind_id = inputs.row_id(request.form.get("kind"))
    if kind_id is None:
        return _show(member_id, "sell", [_("Choose a kind of membership.")]), 422
    first_on = inputs.day(request.form.get("first_on"), date.min)
    key = request.form.get("request_key", "")[:100]
    sale = Sale(
        kind_id=kind_id,
        holder_id=member_id,
        first_on=None if first_on == date.min else first_on,
        account_id=inputs.row_id(request.form.get("account")),
        request_key=key or None,
    )
    try:
        with transaction() as session:
            selling.sell(session, access.actor(), sale, clock.now())
    except Refused as refused:
        return _show(member_id, "sell", refused.messages), status_of(refused)
    flash(_("The membership is sold."), "ok")
    return _back(member_id)


@screen.post("/people/<row:member_id>/memberships/<row:membership_id>/<act>")
@access.needs(Role.HOST)
def change(member_id: int, membership_id: int, act: str) -> Response | tuple[str, int]:
    """Do one of the things that staff do to a membership."""
    if act not in ACTS:
        raise NotFound(act)
    row = memberships.membership(db.session(), membership_id)
    if member_id not in {row.holder_id, *(person.member_id for person in row.people)}:
        raise NotFound(f"membership {membership_id} of member {member_id}")
    today = clock.now().astimezone(row.kind.zone).date()
    try:
        _do(act, membership_id, today)
    except Refused as refused:
        return _show(member_id, f"{act}-{membership_id}", refused.messages), status_of(refused)
    flash(_("Saved."), "ok")
    return _back(member_id)


@screen.post("/people/<row:member_id>/class")
@access.needs(Role.HOST)
def set_class(member_id: int) -> Response | tuple[str, int]:
    """Put them into a class; one that needs a proof until a day."""
    until = inputs.day(request.form.get("until"), date.min)
    setting = ClassSetting(
        class_id=inputs.row_id(request.form.get("class")) or 0,
        reason=request.form.get("reason", "")[:500],
        until=None if until == date.min else until,
    )
    try:
        with transaction() as session:
            classes.set_class(session, access.actor(), member_id, setting, clock.now())
    except Refused as refused:
        return _show(member_id, "class", refused.messages), 422
    flash(_("Saved."), "ok")
    return _back(member_id, "class")


@screen.post("/people/<row:member_id>/proofs")
@access.needs(Role.HOST)
@takes_files
def send_proof(member_id: int) -> Response | tuple[str, int]:
    """Put a document in for them."""
    sent = upload("file")
    if sent is None:
        return _show(member_id, "proof", [_("Choose a PDF or a picture first.")]), 422
    class_id = inputs.row_id(request.form.get("class")) or 0
    try:
        with transaction() as session:
            proofs.send(session, access.actor(), member_id, class_id, sent.content, sent.name, clock.now())
    except Refused as refused:
        return _show(member_id, "proof", refused.messages), 422
    flash(_("The proof is there, and waits for a decision."), "ok")
    return _back(member_id, "class")


def _do(act: str, membership_id: int, today: date) -> None:
    actor, now, form = access.actor(), clock.now(), request.form
    reason = form.get("reason", "")[:300]
    with transaction() as session:
        if act == "renew":
            selling.renew(session, actor, membership_id, now)
        elif act == "pause":
            days = Days(inputs.day(form.get("from_on"), today), inputs.day(form.get("to_on"), today))
            changing.pause(session, actor, membership_id, days, reason, now)
        elif act == "resume":
            changing.resume(session, actor, membership_id, inputs.row_id(form.get("pause")) or 0, today, now)
        elif act == "end":
            last_on, version = inputs.day(form.get("last_on"), today), inputs.row_id(form.get("version")) or 0
            changing.end_early(session, actor, membership_id, last_on, reason, version, now)
        elif act == "add":
            who = pickers.member_named(form.get("person", "")[:200]).id
            changing.add_person(session, actor, membership_id, who, inputs.day(form.get("from_on"), today), now)
        elif act == "remove":
            changing.remove_person(session, actor, membership_id, inputs.row_id(form.get("person")) or 0, today, now)
        elif act == "waive":
            items.waive_membership(session, actor, membership_id, reason, now)
        else:
            raise BadRequest(act)


def _back(member_id: int, part: str | None = None) -> Response:
    return redirect(url_for("person_memberships.page", member_id=member_id, _anchor=part))


def _show(member_id: int, where: str = "", reasons: list[str] | None = None) -> str:
    session = db.session()
    member = members.member(session, member_id)
    is_staff = classes.is_staff_of(access.actor(), member)
    told = {where: reasons} if reasons else {}
    return render_template(
        "memberships/person.html",
        member=member,
        offers=held.offers_for(member),
        payers=held.payers(member_id),
        told=told,
        typed=request.form if request.method == "POST" else {},
        request_key=request.form.get("request_key", "")[:100] or str(uuid4()),
        people=pickers.suggestions(),
        is_staff=is_staff,
        free_classes=classes.open_classes(session, needs_proof=False),
        **held.shown(member_id),
    )
