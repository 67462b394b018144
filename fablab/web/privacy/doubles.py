"""For fabmanagers: records that may be one person's, compared side by side, made one, or said to be two people's."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_date
from fablab.core.paging import Page
from fablab.core.refusals import Refused
from fablab.dossier import label_of
from fablab.members import doubles, merging
from fablab.members import queries as members
from fablab.members.merging import Choice
from fablab.members.models import Member, Role
from fablab.sites import queries as sites
from fablab.web.ground import access, inputs
from fablab.web.ground.errors import status_of

screen = Blueprint("doubles", __name__)
PAGE = 30


@dataclass(frozen=True, slots=True)
class Differing:
    """Something that two cards say differently, in words."""

    name: str
    label: str
    ours: str
    theirs: str
    is_taken: bool


@screen.get("/people/doubles")
@access.needs(Role.FABMANAGER)
def page() -> str:
    """Pairs of records that are alike."""
    pairs = doubles.pairs(db.session())
    offset = inputs.offset()
    places = {row.id: row.name for row in sites.sites(db.session())}
    return render_template(
        "privacy/doubles.html",
        found=Page(pairs[offset : offset + PAGE], len(pairs), offset, PAGE),
        places=places,
    )


@screen.get("/people/doubles/<row:survivor_id>/<row:merged_id>")
@access.needs(Role.FABMANAGER)
def compare(survivor_id: int, merged_id: int) -> str:
    """Two records side by side, and what would become of them."""
    return _show(survivor_id, merged_id, [], None)


@screen.post("/people/doubles/<row:survivor_id>/<row:merged_id>")
@access.needs(Role.FABMANAGER)
def merge(survivor_id: int, merged_id: int) -> Response | tuple[str, int]:
    """Make them one."""
    take = frozenset(name for name in merging.FIELDS if request.form.get(name) == "theirs")
    choice = Choice(
        survivor_id=survivor_id,
        merged_id=merged_id,
        survivor_version=inputs.row_id(request.form.get("survivor_version")) or 0,
        merged_version=inputs.row_id(request.form.get("merged_version")) or 0,
        take=take,
        sure=request.form.get("sure") == "yes",
    )
    try:
        with transaction() as session:
            merging.merge(session, access.actor(), choice, clock.now())
    except Refused as refused:
        return _show(survivor_id, merged_id, refused.messages, take), status_of(refused)
    flash(_("The two records are one now. Nothing of either is lost."), "ok")
    return redirect(url_for("people.person", member_id=survivor_id))


@screen.post("/people/doubles/<row:one_id>/<row:other_id>/apart")
@access.needs(Role.FABMANAGER)
def set_apart(one_id: int, other_id: int) -> Response:
    """Say that they are two people."""
    with transaction() as session:
        doubles.set_apart(session, access.actor(), one_id, other_id, clock.now())
    flash(_("They are two people; they are shown here no more."), "ok")
    return redirect(url_for("doubles.page"))


def _show(survivor_id: int, merged_id: int, reasons: list[str], take: frozenset[str] | None) -> str:
    found = merging.preview(db.session(), access.actor(), survivor_id, merged_id, clock.now())
    chosen = found.suggested if take is None else take
    return render_template(
        "privacy/compare.html",
        found=found,
        rows=[_differing(name, found.survivor, found.merged, name in chosen) for name in found.differing],
        counts=sorted((label_of(name), count) for name, count in found.counts.items()),
        reasons=reasons or [item.message for item in found.reasons],
        is_doubtful=bool(found.reasons) and all(item.overridable for item in found.reasons),
        is_possible=all(item.overridable for item in found.reasons),
    )


def _differing(name: str, survivor: Member, merged: Member, is_taken: bool) -> Differing:
    return Differing(name, _label(name), _said(survivor, name), _said(merged, name), is_taken)


def _said(member: Member, name: str) -> str:
    value = getattr(member, name)
    if value in (None, ""):
        return ""
    if isinstance(value, date):
        return show_date(value)
    if name == "photo_id":
        return _("A photo")
    if name == "home_site_id":
        return sites.site(db.session(), value).name
    if name == "class_id":
        return next((row.name for row in members.classes(db.session()) if row.id == value), str(value))
    return str(value)


def _label(name: str) -> str:
    return {
        "name": _("Name"),
        "email": _("E-mail address"),
        "shared_email": _("Shared address"),
        "phone": _("Telephone"),
        "birth_date": _("Date of birth"),
        "locale": _("Language"),
        "languages": _("Languages spoken"),
        "emergency_contact": _("In an emergency, call"),
        "staff_note": _("Note for staff"),
        "photo_id": _("Photo"),
        "class_id": _("Class"),
        "home_site_id": _("Site"),
    }[name]
