"""Seeing the lab as a member sees it, or as an administrator as another person does, and going back."""

from flask import Blueprint, flash, redirect, url_for
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import transaction
from fablab.core.i18n import _
from fablab.members import seeing
from fablab.web.ground import access

screen = Blueprint("seeing", __name__)


@screen.post("/see-as/member")
def as_member() -> Response:
    """Show staff what somebody without their roles sees."""
    if not access.actor().is_staff:
        raise Forbidden
    access.see_as(access.actor().member_id)
    return redirect(url_for("home.page"))


@screen.post("/see-as/<row:member_id>")
def as_person(member_id: int) -> Response:
    """Show an administrator what this person sees; nothing can be done meanwhile."""
    with transaction() as session:
        seeing.see_as(session, access.actor(), member_id, clock.now())
    access.see_as(member_id)
    return redirect(url_for("home.page"))


@screen.post("/see-as/end")
def end() -> Response:
    """Be oneself again; an administrator comes back to the person's page."""
    seen_id, was_other = current_user.id, current_user.only_looks
    was_seen = current_user.seen_by is not None
    access.see_as_oneself()
    if was_seen:
        flash(_("You see the lab as yourself again."), "ok")
    if was_other:
        return redirect(url_for("people.person", member_id=seen_id))
    return redirect(url_for("home.page"))
