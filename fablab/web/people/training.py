"""For trainers: find a person, validate, revoke."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.training import queries as training
from fablab.training import services
from fablab.training.models import CertificateEvent
from fablab.web.ground import access, inputs

screen = Blueprint("training", __name__)
LONGEST_NOTE = 500


@screen.get("/training")
@access.needs(Role.TRAINER)
def page() -> str:
    """Search for a person."""
    typed = request.args.get("q", "").strip()[:100]
    return render_template("training/page.html", typed=typed, members=members.members(db.session(), typed, limit=50))


@screen.get("/training/<row:member_id>")
@access.needs(Role.TRAINER)
def person(member_id: int) -> str:
    """A person's certificates, and the courses that are left."""
    return _show(member_id)


@screen.post("/training/<row:member_id>/validate")
@access.needs(Role.TRAINER)
def validate(member_id: int) -> Response | tuple[str, int]:
    """Grant a certificate."""
    done = _("Validated: the machines that need it are open to this person, who gets a mail.")
    return _act(services.validate, member_id, done)


@screen.post("/training/<row:member_id>/revoke")
@access.needs(Role.TRAINER)
def revoke(member_id: int) -> Response | tuple[str, int]:
    """Take a certificate back."""
    return _act(services.revoke, member_id, _("Revoked: this person gets a mail with the reason."))


def _act(act: Callable[..., CertificateEvent], member_id: int, done: str) -> Response | tuple[str, int]:
    note = request.form.get("note", "")[:LONGEST_NOTE]
    try:
        with transaction() as session:
            act(session, access.actor(), member_id, _course_id(), clock.now(), note=note)
    except Refused as refused:
        return _show(member_id, refused.messages), 422
    flash(done, "ok")
    return redirect(url_for("training.person", member_id=member_id))


def _course_id() -> int:
    """The course that the form names; an empty field names none."""
    return inputs.row_id(request.form.get("course_id")) or 0


def _show(member_id: int, reasons: list[str] | None = None) -> str:
    session = db.session()
    certificates = training.certificates_of(session, member_id, clock.now())
    held = {item.course.id for item in certificates if item.standing.holds}
    return render_template(
        "training/person.html",
        member=members.member(session, member_id),
        certificates=certificates,
        courses=[course for course in training.courses(session) if course.id not in held],
        is_self=member_id == access.actor().member_id,
        reasons=reasons or [],
    )
