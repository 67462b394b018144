"""For staff: what a person allows; for administrators, their data for those who ask on paper, and erasing them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.wrappers import Response as Sent
from werkzeug.wrappers import Response

from fablab import dossier
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refused
from fablab.members import cards, consents
from fablab.members.models import Role
from fablab.members.privacy import erasing, exporting
from fablab.members.privacy.holdings import counts
from fablab.web.ground import access
from fablab.web.privacy.own import take_answer, zipped

screen = Blueprint("people_privacy", __name__)


@screen.get("/people/<row:member_id>/privacy")
@access.needs(Role.HOST)
def page(member_id: int) -> str:
    """A person's consents; for administrators, their data."""
    return _show(member_id, [])


@screen.post("/people/<row:member_id>/consents/<row:consent_id>")
@access.needs(Role.HOST)
def answer(member_id: int, consent_id: int) -> Response | tuple[str, int]:
    """Write down what somebody signed on paper."""
    try:
        take_answer(consent_id, member_id)
    except Conflict as conflict:
        return _show(member_id, conflict.messages), 409
    flash(_("Written down."), "ok")
    return redirect(url_for("people_privacy.page", member_id=member_id))


@screen.post("/people/<row:member_id>/export")
@access.needs(Role.ADMIN)
def export(member_id: int) -> Sent | tuple[str, int]:
    """Everything about somebody who asks on paper, as a ZIP."""
    try:
        with transaction() as session:
            exporting.begin(session, access.actor(), member_id, clock.now())
    except Refused as refused:
        return _show(member_id, refused.messages), 429
    return zipped(member_id)


@screen.post("/people/<row:member_id>/erase")
@access.needs(Role.ADMIN)
def erase(member_id: int) -> Response | tuple[str, int]:
    """Erase somebody who asks for it."""
    try:
        if request.form.get("sure") != "yes":
            raise Refused.because("not_sure", _("Confirm that you want to erase this person: it cannot be undone."))
        override = request.form.get("override") == "yes"
        with transaction() as session:
            erasing.erase(session, access.actor(), member_id, clock.now(), override=override)
    except Refused as refused:
        return _show(member_id, refused.messages), 422
    flash(_("Erased. The person got a mail, if they had an address."), "ok")
    return redirect(url_for("people.person", member_id=member_id))


def _show(member_id: int, reasons: list[str]) -> str:
    session, actor = db.session(), access.actor()
    member = cards.seen_by(session, actor, member_id)
    is_admin = actor.may_everywhere(Role.ADMIN)
    can_erase = is_admin and member.erased_at is None and member.merged_into_id is None
    held = counts(session, member.id) if is_admin else {}
    return render_template(
        "privacy/person.html",
        member=member,
        asked=consents.asked_of(session, member.id),
        history=consents.history_of(session, member.id, limit=50),
        may_write=cards.may_write(actor, member) and member.left_at is None,
        is_admin=is_admin,
        can_erase=can_erase,
        held=sorted((dossier.label_of(name), count) for name, count in held.items()),
        in_the_way=erasing.reasons_against(session, member.id, clock.now()) if can_erase else [],
        reasons=reasons,
    )
