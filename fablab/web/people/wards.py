"""Guardians: on the person's page for staff, and one's own wards for guardians."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.members import guardians
from fablab.members.guardians import Answer
from fablab.members.models import Authorisation, Guardianship, Permission, Role
from fablab.web.ground import access, pickers

screen = Blueprint("wards", __name__)


@screen.get("/wards")
def page() -> str:
    """One's own wards, with what one has signed for them."""
    session = db.session()
    rows = guardians.wards_of(session, access.actor().member_id)
    return render_template("wards/page.html", rows=[(row, signed(row.ward_id, row.ward.name)) for row in rows])


@screen.post("/wards/<row:ward_id>/sign")
def sign(ward_id: int) -> Response:
    """Answer what is asked for one's ward."""
    with transaction() as session:
        me = access.actor()
        guardians.sign(session, me, ward_id, me.member_id, answers(), clock.now())
    flash(_("Signed, with today’s date."), "ok")
    return redirect(url_for("wards.page"))


@screen.post("/people/<row:member_id>/guardians")
@access.needs(Role.HOST)
def appoint(member_id: int) -> Response:
    """Say who answers for a person."""
    guardian = pickers.member_named(request.form.get("guardian", "")[:200]).id
    with transaction() as session:
        relation, pays = request.form.get("relation", "")[:60], bool(request.form.get("pays"))
        guardians.appoint(session, access.actor(), guardian, member_id, clock.now(), relation=relation, pays=pays)
    flash(_("Saved."), "ok")
    return redirect(url_for("people.person", member_id=member_id, _anchor="guardians"))


@screen.post("/people/<row:member_id>/guardians/<row:guardianship_id>/end")
def dismiss(member_id: int, guardianship_id: int) -> Response:
    """End a guardianship: staff, or the guardian."""
    with transaction() as session:
        guardians.dismiss(session, access.actor(), guardianship_id, clock.now())
    flash(_("Ended: what was booked, signed and paid stays as it was."), "ok")
    if access.actor().may_anywhere(Role.HOST):
        return redirect(url_for("people.person", member_id=member_id, _anchor="guardians"))
    return redirect(url_for("wards.page"))


@screen.post("/people/<row:member_id>/guardians/<row:guardian_id>/sign")
@access.needs(Role.HOST)
def sign_on_paper(member_id: int, guardian_id: int) -> Response:
    """Write down what a guardian signed on paper."""
    with transaction() as session:
        guardians.sign(session, access.actor(), member_id, guardian_id, answers(), clock.now())
    flash(_("Written down, with today’s date and your name."), "ok")
    return redirect(url_for("people.person", member_id=member_id, _anchor="guardians"))


def answers() -> list[Answer]:
    """What a form with one tick for each thing says."""
    return [Answer(permission=item, given=request.form.get(item) == "yes") for item in Permission]


def signed(ward_id: int, name: str) -> list[tuple[Permission, str, Authorisation | None]]:
    """Each thing that is asked, its words, and the last answer."""
    latest = {row.permission: row for row in guardians.latest(db.session(), ward_id)}
    return [(item, guardians.words_of(item, name), latest.get(item)) for item in Permission]


def of_person(member_id: int, name: str) -> dict[str, object]:
    """What `people/_guardians.html` shows of a person."""
    rows: list[Guardianship] = guardians.guardians_of(db.session(), member_id)
    return {
        "guardianships": rows,
        "wards": guardians.wards_of(db.session(), member_id),
        "signed": signed(member_id, name) if rows else [],
    }
