"""What one is told by mail, as far as one may choose."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.notices import choices
from fablab.notices.choices import Choices
from fablab.notices.kinds import HOURS, USUAL_HOURS, NoticeKind
from fablab.web.ground import access

screen = Blueprint("notices", __name__)


@screen.get("/me/notices")
def page() -> str:
    """A switch for each kind."""
    return _show(choices.choices_of(db.session(), access.actor().member_id))


@screen.post("/me/notices")
def choose() -> Response | tuple[str, int]:
    """Keep what was chosen: what is not ticked is off."""
    ticked, hours = request.form.getlist("on"), request.form.get("hours", str(USUAL_HOURS))
    off = frozenset(kind for kind in NoticeKind if kind not in ticked)
    wanted = Choices(off, int(hours) if hours in map(str, HOURS) else 0)
    try:
        with transaction() as session:
            choices.choose(session, access.actor(), wanted)
    except Refused as refused:
        return _show(wanted, refused.messages), 422
    flash(_("Saved. It holds from the next mail on."), "ok")
    return redirect(url_for("notices.page"))


def _show(chosen: Choices, reasons: list[str] | None = None) -> str:
    return render_template(
        "me/notices.html",
        chosen=chosen,
        kinds=_words(),
        hours=HOURS,
        mail_to=members.member(db.session(), access.actor().member_id).mail_to,
        reasons=reasons or [],
    )


def _words() -> dict[NoticeKind, tuple[str, str]]:
    """What each kind is called, and when it comes."""
    return {
        NoticeKind.CONFIRMATION: (
            _("Confirmations"),
            _("When you have reserved, asked for approval and got it, or taken something over; with a calendar file."),
        ),
        NoticeKind.REMINDER: (
            _("Reminders"),
            _("Before what you have reserved, unless you reserved it shortly before."),
        ),
        NoticeKind.CHANGE: (
            _("Changes"),
            _("When what you reserved is moved, cancelled or refused, or nobody may be there; with a calendar file."),
        ),
        NoticeKind.OFFER: (
            _("Offers"),
            _("When something frees that you wait for, or somebody hands you a reservation. Offers run out."),
        ),
        NoticeKind.NO_SHOW: (
            _("Not having come"),
            _("When your time was given to others because nobody came."),
        ),
    }
