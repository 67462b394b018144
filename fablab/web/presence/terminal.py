"""The terminal at a door: a badge, or a number and a PIN, then a reason; it shows no list and nobody's data.

Who has shown a badge is remembered in the tablet's cookie, for a minute, and forgotten when the first page is shown.
"""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from fablab.booking import checking_in
from fablab.booking.models import Reservation
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, use_locale
from fablab.core.refusals import Refused
from fablab.members import badges
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.presence import lists, queries, services, terminals
from fablab.presence.models import Recorded, Terminal
from fablab.presence.services import Coming
from fablab.web.ground import access, inputs

screen = Blueprint("terminal", __name__)
WHO = "terminal_who"
PATIENCE_SECONDS = 60
"""How long it knows who has shown a badge."""


@screen.get("/terminal/<key>")
@access.public
def start(key: str) -> str:
    """Wait for somebody."""
    now, terminal = clock.now(), terminals.terminal(db.session(), key)
    session.pop(WHO, None)
    if terminals.is_unnoted(terminal, now):
        terminal_id = terminal.id
        with transaction() as writing:
            terminals.note_seen(writing, terminal_id, now)
    return _start(key)


@screen.post("/terminal/<key>")
@access.public
def identify(key: str) -> str | tuple[str, int]:
    """Greet whoever has shown a badge or typed a number and a PIN, and ask why they come."""
    terminal = terminals.terminal(db.session(), key)
    code = request.form.get("code", "")[: badges.LONGEST * 2]
    number, pin = _number(request.form.get("number", "")), request.form.get("pin", "")[:20]
    with_pin = not code.strip()
    who = f"terminal {terminal.id}"
    try:
        with transaction() as writing:
            badges.count_attempt(writing, who, clock.now(), number=number if with_pin else None)
    except Refused as refused:
        return _start(key, refused.messages), 429
    reading = db.session()
    found = badges.identify_by_pin(reading, number, pin) if with_pin else badges.identify(reading, code)
    if found is None:
        wrong = _("This number and this PIN do not belong together.") if with_pin else _("This badge is not known.")
        return _start(key, [wrong, _("The desk can help.")]), 422
    with transaction() as writing:
        badges.forget_attempt(writing, who, number=number if with_pin else None)
    recorded = Recorded.PIN if with_pin else Recorded.BADGE
    terminal = terminals.terminal(db.session(), key)
    session[WHO] = [terminal.id, found, recorded.value, int(clock.now().timestamp())]
    return _greet(key, terminal, found)


@screen.post("/terminal/<key>/arrive")
@access.public
def arrive(key: str) -> Response:
    """Write down that they are here, and wait for the next one."""
    terminal = terminals.terminal(db.session(), key)
    known = _known(terminal)
    if known is None:
        return _again(key)
    member_id, recorded = known
    coming = Coming(
        site_id=terminal.site_id,
        member_id=member_id,
        reason_id=inputs.row_id(request.form.get("reason_id")),
        recorded=recorded,
    )
    with transaction() as writing:
        services.arrive(writing, Actor(member_id), coming, clock.now())
        checked_in = checking_in.check_in_at(writing, member_id, terminal.site_id, clock.now())
        with use_locale(members.member(writing, member_id).locale):
            flash(_("Welcome, %(name)s!", name=_first_name(member_id)), "ok")
            _say(checked_in)
    return redirect(url_for("terminal.start", key=key))


@screen.post("/terminal/<key>/check-in")
@access.public
def check_in(key: str) -> Response:
    """Check in somebody who is here already to what they have reserved, and wait for the next one."""
    terminal = terminals.terminal(db.session(), key)
    known = _known(terminal)
    if known is None:
        return _again(key)
    with transaction() as writing:
        checked_in = checking_in.check_in_at(writing, known[0], terminal.site_id, clock.now())
        with use_locale(members.member(writing, known[0]).locale):
            _say(checked_in)
    return redirect(url_for("terminal.start", key=key))


@screen.post("/terminal/<key>/leave")
@access.public
def leave(key: str) -> Response:
    """Write down that they leave, and wait for the next one."""
    known = _known(terminals.terminal(db.session(), key))
    if known is None:
        return _again(key)
    with transaction() as writing:
        services.leave(writing, Actor(known[0]), clock.now())
        with use_locale(members.member(writing, known[0]).locale):
            flash(_("Goodbye, %(name)s!", name=_first_name(known[0])), "ok")
    return redirect(url_for("terminal.start", key=key))


def _known(terminal: Terminal) -> tuple[int, Recorded] | None:
    """Who has just shown a badge at this terminal; None if nobody, or too long ago."""
    found = session.pop(WHO, None)
    if found is None or found[0] != terminal.id or clock.now().timestamp() - found[3] > PATIENCE_SECONDS:
        return None
    return found[1], Recorded(found[2])


def _say(checked_in: list[Reservation]) -> None:
    for row in checked_in:
        flash(_("You are checked in: %(machine)s is yours.", machine=row.resource.name), "ok")


def _again(key: str) -> Response:
    flash(_("That took too long. Show your badge again."), "info")
    return redirect(url_for("terminal.start", key=key))


def _greet(key: str, terminal: Terminal, member_id: int) -> str:
    reading, now = db.session(), clock.now()
    with use_locale(members.member(reading, member_id).locale):
        return render_template(
            "terminal/greet.html",
            key=key,
            site=terminal.site,
            name=_first_name(member_id),
            is_in=queries.stay_at(reading, member_id, terminal.site_id, now) is not None,
            may_check_in=checking_in.open_at(reading, member_id, terminal.site_id, now),
            latest=queries.latest_of(reading, member_id),
            choices=lists.reasons(reading),
            patience=PATIENCE_SECONDS // 2,
        )


def _start(key: str, reasons: list[str] | None = None) -> str:
    site = terminals.terminal(db.session(), key).site
    return render_template("terminal/start.html", key=key, site=site, reasons=reasons or [])


def _first_name(member_id: int) -> str:
    """The first word of the name: what may be seen over a shoulder."""
    words = members.member(db.session(), member_id).name.split()
    return words[0][:40] if words else ""


def _number(text: str) -> int:
    """A member's number; nought, which is nobody's, where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
