"""For hosts: proofs of a class that wait for them; and the documents themselves, for their owners too."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from werkzeug.wrappers import Response as Redirect

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.files import FileKind
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import classes, proofs
from fablab.members.models import ClassProof, Role
from fablab.members.proofs import Decision
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("proofs", __name__)


@screen.get("/proofs")
@access.needs(Role.HOST)
def page() -> str:
    """Those that wait, the oldest first."""
    return _show()


@screen.get("/proofs/<row:proof_id>/file")
def file(proof_id: int) -> Response:
    """The document, to keep: a browser shows none of it on our address."""
    kept = proofs.file_of(db.session(), access.actor(), proof_id)
    response: Response = current_app.response_class(kept.content, mimetype=kept.media_type)
    ending = "pdf" if kept.media_type == FileKind.PDF else "jpg"
    response.headers.set("Content-Disposition", "attachment", filename=f"proof-{proof_id}.{ending}")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@screen.post("/proofs/<row:proof_id>")
@access.needs(Role.HOST)
def decide(proof_id: int) -> Redirect | tuple[str, int]:
    """Accept it until a day, or refuse it with a reason."""
    accepted = request.form.get("accepted") == "yes"
    today = clock.now().date()
    decision = Decision(
        version=inputs.row_id(request.form.get("version")) or 0,
        accepted=accepted,
        until=inputs.day(request.form.get("until"), today) if accepted and request.form.get("until") else None,
        reason="" if accepted else request.form.get("reason", "")[:500],
    )
    try:
        with transaction() as session:
            proofs.decide(session, access.actor(), proof_id, decision, clock.now())
    except Refused as refused:
        return _show(at=proof_id, reasons=refused.messages), status_of(refused)
    flash(_("Accepted. The person gets a mail.") if accepted else _("Refused. The person gets a mail."), "ok")
    return redirect(url_for("proofs.page"))


def _show(at: int | None = None, reasons: list[str] | None = None) -> str:
    session, now = db.session(), clock.now()
    waiting, places = proofs.waiting(session, access.actor()), sites.sites(session)

    def proposed(row: ClassProof) -> date:
        return proofs.proposed_end(row.member_class, now.astimezone(classes.zone_among(places, row.member)).date())

    return render_template(
        "memberships/proofs.html",
        waiting=[(row, proposed(row)) for row in waiting],
        at=at,
        reasons=reasons or [],
        typed=request.form.get("reason", "")[:500],
        is_there=at in {row.id for row in waiting},
    )
