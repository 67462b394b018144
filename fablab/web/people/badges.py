"""Badges and PINs: hosts give and replace them, members set a PIN of their own."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import badges, passwords, pins
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.web.ground import access

screen = Blueprint("badges", __name__)


@screen.get("/people/<row:member_id>/badge")
@access.needs(Role.HOST)
def page(member_id: int) -> str:
    """Somebody's badge and PIN."""
    return _show(member_id)


@screen.post("/people/<row:member_id>/badge")
@access.needs(Role.HOST)
def give(member_id: int) -> Response | tuple[str, int]:
    """Give a badge; the one before ends."""
    try:
        with transaction() as session:
            badges.give_badge(session, access.actor(), member_id, request.form.get("code", "")[:200], clock.now())
    except Refused as refused:
        return _show(member_id, refused.messages), 422
    flash(_("The badge is given."), "ok")
    return redirect(url_for("badges.page", member_id=member_id))


@screen.post("/people/<row:member_id>/badge/<row:badge_id>/end")
@access.needs(Role.HOST)
def end(member_id: int, badge_id: int) -> Response:
    """End a badge that was lost or given back."""
    _end(member_id, badge_id)
    return redirect(url_for("badges.page", member_id=member_id))


@screen.post("/people/<row:member_id>/pin")
@access.needs(Role.HOST)
def set_pin(member_id: int) -> Response | tuple[str, int]:
    """Let somebody at the desk choose a PIN, or take it away."""
    reasons = _set_pin(member_id)
    return (_show(member_id, reasons), 422) if reasons else redirect(url_for("badges.page", member_id=member_id))


@screen.get("/me/pin")
def own_page() -> str:
    """One's own badge and PIN."""
    return _show_own()


@screen.post("/me/pin")
def set_own_pin() -> Response | tuple[str, int]:
    """Choose a PIN of one's own."""
    reasons = _set_pin(access.actor().member_id)
    return (_show_own(reasons), 422) if reasons else redirect(url_for("badges.own_page"))


@screen.post("/me/badge/<row:badge_id>/end")
def end_own(badge_id: int) -> Response:
    """Say that one's badge is lost."""
    _end(access.actor().member_id, badge_id)
    return redirect(url_for("badges.own_page"))


def _end(member_id: int, badge_id: int) -> None:
    with transaction() as session:
        badges.end_badge(session, access.actor(), member_id, badge_id, clock.now())
    flash(_("The badge opens nothing any more."), "ok")


def _set_pin(member_id: int) -> list[str]:
    """Set the PIN that was typed, or take it away; why not, if so. It is hashed outside of the transaction."""
    actor, pin, kept = access.actor(), request.form.get("pin", "").strip()[:20], None
    if request.form.get("act") != "remove":
        refusals = badges.reasons_against_pin(db.session(), actor, member_id, pin)
        if refusals:
            return [refusal.message for refusal in refusals]
        kept = passwords.hash_password(pin)
    try:
        with transaction() as session:
            badges.set_pin(session, actor, member_id, kept, clock.now())
    except Refused as refused:
        return refused.messages
    flash(_("The PIN is set.") if kept else _("The PIN is removed."), "ok")
    return []


def _show(member_id: int, reasons: list[str] | None = None) -> str:
    return render_template("badges/person.html", **_known(member_id, reasons))


def _show_own(reasons: list[str] | None = None) -> str:
    return render_template("badges/own.html", **_known(access.actor().member_id, reasons))


def _known(member_id: int, reasons: list[str] | None) -> dict[str, object]:
    session = db.session()
    return {
        "member": members.member(session, member_id),
        "badges": badges.badges_of(session, member_id),
        "reasons": reasons or [],
        "lengths": (badges.SHORTEST, badges.LONGEST, pins.SHORTEST, pins.LONGEST),
    }
