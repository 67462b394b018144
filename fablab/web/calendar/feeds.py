"""Calendars of one's own that read what is reserved: making and revoking their addresses, and what these serve."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.wrappers import Response as Served
from werkzeug.wrappers import Response

from fablab.booking.feeds import ical, making, queries, reading
from fablab.booking.models import FeedKind
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import DatabaseFailed, db, transaction
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.sites import queries as sites
from fablab.web.ground import access, errors, inputs

screen = Blueprint("feeds", __name__)
OWN = "own"


@screen.get("/me/calendars")
def page() -> str:
    """The calendars that read the lab in one's name; `of` chooses what a new one is of."""
    return _show(chosen=request.args.get("of", OWN))


@screen.post("/me/calendars")
def add() -> str | tuple[str, int]:
    """Make an address, and show it, this once."""
    wanted = request.form.get("of", OWN)
    kind, number = _chosen(wanted)
    try:
        with transaction() as session:
            row, secret = making.make(session, access.actor(), kind, clock.now(), resource_id=number, site_id=number)
            name = reading.name_of(row)
    except Refused as refused:
        return _show(chosen=wanted, reasons=refused.messages), 422
    address = link(f"/calendar/{secret}.ics")
    # Calendars of phones and computers listen to this scheme.
    subscribe = f"webcal:{address.partition(':')[2]}"
    return render_template("me/calendar.html", address=address, subscribe=subscribe, name=name)


@screen.post("/me/calendars/<row:feed_id>/revoke")
def revoke(feed_id: int) -> Response:
    """Let an address open nothing any more."""
    with transaction() as session:
        making.revoke(session, access.actor(), feed_id, clock.now())
    flash(_("The address is revoked: calendars that read it find nothing there any more."), "ok")
    return redirect(url_for("feeds.page"))


@screen.get("/calendar/<secret>.ics")
@access.public
def serve(secret: str) -> Served | tuple[str, int]:
    """The calendar behind an address; 304 without a body while it stays the same."""
    now, address, session = clock.now(), request.remote_addr or "", db.session()
    try:
        reading.check_address(session, address, now)
        opened = reading.read(session, secret, now)
    except Refused as refused:
        return errors.page(429, refused.messages)
    except NotFound:
        return _missed(address)
    feed_id, is_unnoted, tag = opened.feed.id, reading.is_unnoted(opened.feed, now), opened.tag
    # Most of the time nothing has changed, and nothing is written out.
    said = b"" if tag in request.if_none_match else opened.written()
    if is_unnoted:
        _note(feed_id)
    answer: Served = current_app.response_class(said, mimetype=ical.MEDIA_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer


def _missed(address: str) -> tuple[str, int]:
    try:
        with transaction() as session:
            reading.count_miss(session, address, clock.now())
    except Refused as refused:
        return errors.page(429, refused.messages)
    return errors.page(404)


def _note(feed_id: int) -> None:
    try:
        with transaction() as session:
            reading.note_read(session, feed_id, clock.now())
    except DatabaseFailed:
        # A calendar that only reads must not fail because others write; the next time tries again.
        db.session.rollback()


def _chosen(wanted: str) -> tuple[FeedKind, int | None]:
    """What a word of the form means: `own`, `resource-12`, `site-3`."""
    word, _dash, number = wanted.partition("-")
    kinds = {OWN: FeedKind.MEMBER, FeedKind.RESOURCE.value: FeedKind.RESOURCE, FeedKind.SITE.value: FeedKind.SITE}
    if word not in kinds:
        raise NotFound(f"calendar of {wanted!r}")
    return kinds[word], inputs.row_id(number)


def _show(*, chosen: str, reasons: list[str] | None = None) -> str:
    session = db.session()
    return render_template(
        "me/calendars.html",
        rows=queries.feeds_of(session, access.actor().member_id),
        name_of=reading.name_of,
        sites=sites.sites(session),
        machines=catalog.resources(session),
        chosen=chosen,
        reasons=reasons or [],
    )
