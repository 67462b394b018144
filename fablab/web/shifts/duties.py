"""What those who have taken a shift do with it: confirm, drop, hand over, swap; and what others answer."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.shifts import queries, services
from fablab.shifts.models import Duty
from fablab.web.ground import access, inputs

screen = Blueprint("duties", __name__)


@screen.post("/duties/<row:duty_id>/confirm")
@access.needs(Role.HOST)
def confirm(duty_id: int) -> Response:
    """Say that one will come."""
    return _do(duty_id, services.confirm, _("Thank you: you are expected."))


@screen.post("/duties/<row:duty_id>/drop")
@access.needs(Role.HOST)
def drop(duty_id: int) -> Response:
    """Give the shift back."""
    return _do(
        duty_id,
        services.drop,
        _("You are off this shift; staff are told if it is close."),
        (request.form.get("reason") or "")[:300],
    )


@screen.post("/duties/<row:duty_id>/missed")
@access.needs(Role.FABMANAGER)
def missed(duty_id: int) -> Response:
    """Note that somebody did not come."""
    return _do(
        duty_id,
        services.mark_missed,
        _("Noted: it does not count as service."),
        (request.form.get("reason") or "")[:300],
    )


@screen.post("/duties/<row:duty_id>/offer")
@access.needs(Role.HOST)
def offer(duty_id: int) -> Response:
    """Ask for a replacement, or for an exchange."""
    wanted = inputs.row_id(request.form.get("in_exchange_for"))

    return _do(duty_id, services.offer, _("Asked. It stays yours until somebody says yes."), in_exchange_for=wanted)


@screen.post("/duties/<row:duty_id>/withdraw-offer")
@access.needs(Role.HOST)
def withdraw_offer(duty_id: int) -> Response:
    """Ask no longer."""
    return _do(duty_id, services.withdraw_offer, _("You keep your shift."))


@screen.post("/duties/<row:duty_id>/accept")
@access.needs(Role.HOST)
def accept(duty_id: int) -> Response:
    """Say yes to somebody's question."""
    return _do(duty_id, services.accept, _("Thank you: it is yours now, and the other person is told."))


def _do(
    duty_id: int, deed: Callable[..., Duty], said: str, *words: str, in_exchange_for: int | None = None
) -> Response:
    """Do it and go back to the shift; a refusal is told there, since these forms have nothing to lose."""
    shift_id = queries.duty(db.session(), duty_id).shift_id
    try:
        with transaction() as session:
            wanted = {} if in_exchange_for is None else {"in_exchange_for": in_exchange_for}
            deed(session, access.actor(), duty_id, *words, clock.now(), **wanted)
    except Refused as refused:
        flash(" ".join(refused.messages), "problem")
    else:
        flash(said, "ok")
    return redirect(url_for("shifts.shift", shift_id=shift_id))
