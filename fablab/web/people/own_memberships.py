"""One's own memberships and class: buying, renewing, and showing a proof."""

from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import proofs
from fablab.members import queries as members
from fablab.members.memberships import selling
from fablab.members.memberships.selling import Sale
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of
from fablab.web.ground.uploads import takes_files, upload
from fablab.web.people import held

screen = Blueprint("own_memberships", __name__)


@screen.get("/me/memberships")
def page() -> str:
    """All of it: how one stands, what one may buy, one's class and its proofs."""
    return _show()


@screen.post("/me/memberships")
def buy() -> Response | tuple[str, int]:
    """Buy a kind for oneself; one's account is charged."""
    kind_id = inputs.row_id(request.form.get("kind"))
    if kind_id is None:
        return _show([_("Choose a kind of membership.")]), 422
    sale = Sale(
        kind_id=kind_id,
        holder_id=access.actor().member_id,
        account_id=inputs.row_id(request.form.get("account")),
        request_key=request.form.get("request_key", "")[:100] or None,
    )
    try:
        with transaction() as session:
            selling.sell(session, access.actor(), sale, clock.now())
    except Refused as refused:
        return _show(refused.messages), status_of(refused)
    flash(_("Done. It is on the next invoice of the account."), "ok")
    return redirect(url_for("own_memberships.page"))


@screen.post("/me/memberships/<row:membership_id>/renew")
def renew(membership_id: int) -> Response | tuple[str, int]:
    """Renew one; the account that paid for it is charged."""
    try:
        with transaction() as session:
            selling.renew(session, access.actor(), membership_id, clock.now())
    except Refused as refused:
        return _show(refused.messages), status_of(refused)
    flash(_("Renewed. It is on the next invoice of the account."), "ok")
    return redirect(url_for("own_memberships.page"))


@screen.post("/me/proofs")
@takes_files
def send_proof() -> Response | tuple[str, int]:
    """Send a document that shows that one is of a class."""
    sent = upload("file")
    if sent is None:
        return _show(proof_reasons=[_("Choose a PDF or a picture first.")]), 422
    class_id, me = inputs.row_id(request.form.get("class")) or 0, access.actor().member_id
    try:
        with transaction() as session:
            proofs.send(session, access.actor(), me, class_id, sent.content, sent.name, clock.now())
    except Refused as refused:
        return _show(proof_reasons=refused.messages), 422
    flash(_("Your proof is there. Staff look at it, and a mail tells you what they say."), "ok")
    return redirect(url_for("own_memberships.page", _anchor="class"))


def _show(reasons: list[str] | None = None, proof_reasons: list[str] | None = None) -> str:
    member = members.member(db.session(), access.actor().member_id)
    return render_template(
        "memberships/own.html",
        member=member,
        offers=held.offers_for(member),
        payers=held.payers(member.id),
        reasons=reasons or [],
        proof_reasons=proof_reasons or [],
        request_key=request.form.get("request_key", "")[:100] or str(uuid4()),
        **held.shown(member.id),
    )
