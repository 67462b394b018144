"""Handing a reservation over: the form of the one who has it, and the page of the one who may take it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fablab.billing.prices import quote
from fablab.booking import queries as reservations
from fablab.booking.handing import giving, queries, taking
from fablab.booking.handing.taking import Take
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, show_period
from fablab.core.refusals import Refused
from fablab.members import queries as members
from fablab.web.ground import access, inputs, pickers
from fablab.web.ground.errors import status_of

screen = Blueprint("handing", __name__)


@screen.get("/reservations/<row:reservation_id>/hand-over")
def page(reservation_id: int) -> str:
    """To whom, or to whom it is offered already."""
    return _show(reservation_id, [])


@screen.post("/reservations/<row:reservation_id>/hand-over")
def give(reservation_id: int) -> Response | tuple[str, int]:
    """Offer it to somebody."""
    named = (request.form.get("named") or "")[:300]
    try:
        with transaction() as session:
            giving.offer(session, access.actor(), reservation_id, named, clock.now())
    except Refused as refused:
        return _show(reservation_id, refused.sentences, named), 422
    flash(_("If this is a member of ours, they have got your offer. Until they take it, it stays yours."), "ok")
    return redirect(url_for("handing.page", reservation_id=reservation_id))


@screen.post("/reservations/<row:reservation_id>/hand-over/withdraw")
def withdraw(reservation_id: int) -> Response:
    """Keep it after all."""
    with transaction() as session:
        giving.withdraw(session, access.actor(), reservation_id, clock.now())
    flash(_("You keep it."), "ok")
    return redirect(url_for("handing.page", reservation_id=reservation_id))


@screen.get("/handed/<row:hand_over_id>")
def taker_page(hand_over_id: int) -> str:
    """What may be taken, what it would cost, and whether anything speaks against it."""
    return _taker(hand_over_id, [])


@screen.post("/handed/<row:hand_over_id>/take")
def take(hand_over_id: int) -> Response | tuple[str, int]:
    """Take it; or every reason why not."""
    account_id, project_id = pickers.payer(request.form.get("payer") or "")
    version = inputs.row_id(request.form.get("version"))
    chosen = Take(account_id=account_id, project_id=project_id, version=version)
    try:
        with transaction() as session:
            made = taking.accept(session, access.actor(), hand_over_id, chosen, clock.now())
            machine, said = made.resource.name, show_period(made.period, made.resource.site.zone)
            reservation_id = made.id
    except Refused as refused:
        return _taker(hand_over_id, refused.sentences), status_of(refused)
    flash(_("It is yours now: %(machine)s, %(when)s", machine=machine, when=said), "ok")
    return redirect(url_for("reservations.page", reservation_id=reservation_id))


@screen.post("/handed/<row:hand_over_id>/decline")
def decline(hand_over_id: int) -> Response:
    """Leave it to its holder."""
    with transaction() as session:
        giving.decline(session, access.actor(), hand_over_id, clock.now())
    flash(_("It stays with whoever has it."), "ok")
    return redirect(url_for("line.page"))


def _show(reservation_id: int, reasons: list[str], named: str = "") -> str:
    session, now = db.session(), clock.now()
    against = giving.reasons_against(session, access.actor(), reservation_id, now)
    return render_template(
        "handing/page.html",
        reservation=reservations.reservation(session, reservation_id),
        given=queries.open_of(session, reservation_id, now),
        reasons=reasons or [item.sentence for item in against],
        may_give=not against,
        named=named,
    )


def _taker(hand_over_id: int, reasons: list[str]) -> str:
    session, now = db.session(), clock.now()
    found = queries.seen_by_taker(session, access.actor(), hand_over_id)
    payer = request.form.get("payer") or ""
    account_id, project_id = pickers.payer(payer)
    asked = Take(account_id=account_id, project_id=project_id)
    held, taker_id = found.reservation, found.to_id or 0
    is_open = found.is_open(now)
    against = taking.reasons_for_taker(session, access.actor(), hand_over_id, asked, now) if is_open else []
    return render_template(
        "handing/taker.html",
        given=found,
        reservation=held,
        is_open=is_open,
        is_own=taker_id == access.actor().member_id,
        reasons=reasons or [item.sentence for item in against],
        payers=pickers.payers(taker_id, payer),
        quote=quote(session, held.resource, members.member(session, taker_id), held.starts_at),
    )
