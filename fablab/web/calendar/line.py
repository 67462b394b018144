"""The waiting list: joining it, what one waits for, what is offered, and who waits at a site."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.prices import quote
from fablab.booking.handing import queries as handing
from fablab.booking.models import HandOver, Offer, Wait
from fablab.booking.queue import answering, joining, queries, wording
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period
from fablab.core.refusals import Refused
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.web.calendar import wishes
from fablab.web.calendar.wishes import Asked
from fablab.web.ground import access, pickers
from fablab.web.ground.errors import status_of
from fablab.web.ground.months import lab_zone

screen = Blueprint("line", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait as a page shows it, and as the how manieth it stands."""

    row: Wait
    what: str
    when: str
    position: int


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody may accept, may take over, and besides waits for."""

    waits: list[Waiting]
    offers: list[Offer]
    handed: list[HandOver]


def own(now: datetime) -> Own:
    """That of whoever looks, and of those whom they answer for."""
    session = db.session()
    people = guardians.people_of(session, access.actor().member_id)
    offers = queries.offers_of(session, people, now)
    offered = {offer.wait_id for offer in offers}
    waits = [row for row in queries.waits_of(session, people, now) if row.id not in offered]
    return Own([_shown(row, now) for row in waits], offers, handing.open_for(session, people, now))


@screen.get("/waiting")
def page() -> str:
    """What one waits for and is offered."""
    now = clock.now()
    actor = access.actor()
    places = [row for row in sites.sites(db.session()) if actor.may_at_site(Role.HOST, row.id)]
    return render_template("line/page.html", own=own(now), member_id=actor.member_id, places=places)


@screen.get("/waiting/sites/<row:site_id>")
@access.needs(Role.HOST)
def at_site(site_id: int) -> str:
    """Who waits at a site; for its staff."""
    now = clock.now()
    found = joining.line_at(db.session(), access.actor(), site_id, now)
    return render_template(
        "line/site.html",
        site=sites.site(db.session(), site_id),
        waits=[_shown(row, now) for row in found],
        may_end={row.id for row in found if queries.may_run(access.actor(), row.resource, row.site_id)},
    )


@screen.get("/waiting/join")
def join_page() -> str:
    """The form, with what the link says."""
    return _form(wishes.asked(request.args, clock.now()), [])


@screen.post("/waiting/join")
def join() -> Response | tuple[str, int]:
    """Join; or the form again, with every reason why not."""
    now = clock.now()
    asked = wishes.asked(request.form, now)
    try:
        card = asked.card()
        with transaction() as session:
            joining.join(session, access.actor(), card, now)
    except Refused as refused:
        return _form(asked, refused.sentences), 422
    flash(_("You are on the waiting list. We write to you as soon as it frees."), "ok")
    return redirect(url_for("line.page"))


@screen.post("/waiting/<row:wait_id>/leave")
def leave(wait_id: int) -> Response:
    """Wait no longer."""
    with transaction() as session:
        joining.leave(session, access.actor(), wait_id, clock.now())
    flash(_("Taken off the waiting list."), "ok")
    return redirect(access.own_path(request.form.get("next")) or url_for("line.page"))


@screen.get("/offers/<row:offer_id>")
def offer_page(offer_id: int) -> str:
    """What is offered, and the two answers."""
    return _offer(offer_id, [])


@screen.post("/offers/<row:offer_id>/accept")
def accept(offer_id: int) -> Response | tuple[str, int]:
    """Accept it; or every reason why it cannot be had by now."""
    try:
        with transaction() as session:
            made = answering.accept(session, access.actor(), offer_id, clock.now())
            said = show_period(made.period, made.resource.site.zone)
            machine, reservation_id = made.resource.name, made.id
    except Refused as refused:
        return _offer(offer_id, refused.sentences), status_of(refused)
    flash(_("Reserved: %(machine)s, %(when)s", machine=machine, when=said), "ok")
    return redirect(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/offers/<row:offer_id>/decline")
def decline(offer_id: int) -> Response | tuple[str, int]:
    """Decline it, and go on waiting."""
    try:
        with transaction() as session:
            answering.decline(session, access.actor(), offer_id, clock.now())
    except Refused as refused:
        return _offer(offer_id, refused.sentences), 422
    flash(_("It goes to the next in line. You go on waiting."), "ok")
    return redirect(url_for("line.page"))


def _offer(offer_id: int, reasons: list[str]) -> str:
    session, now = db.session(), clock.now()
    found = queries.offer_seen_by(session, access.actor(), offer_id)
    member = members.member(session, found.wait.member_id)
    return render_template(
        "line/offer.html",
        offer=found,
        reasons=reasons,
        is_open=found.is_open(now),
        is_own=found.wait.member_id == access.actor().member_id,
        quote=quote(session, found.resource, member, found.starts_at),
    )


def _form(asked: Asked, reasons: list[str]) -> str:
    actor = access.actor()
    payers = pickers.payers(actor.member_id, asked.payer) if not asked.for_whom else []
    return render_template(
        "line/join.html",
        asked=asked,
        reasons=reasons,
        choices=wishes.choices(asked.what),
        most_places=wishes.most_places(),
        payers=payers,
        wards=pickers.wards(actor.member_id, asked.for_whom),
    )


def _shown(row: Wait, now: datetime) -> Waiting:
    zone = wording.zone(row, lab_zone())
    position = queries.place_in_line(db.session(), row, now)
    return Waiting(row, wording.what(row), show_period(row.within, zone), position)
