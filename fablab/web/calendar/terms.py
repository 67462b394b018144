"""What the terms of a reservation mean at this moment, for the pages that show one."""

from dataclasses import dataclass
from datetime import datetime

from fablab.booking import checking_in, fees, returning, reviewing, telling
from fablab.booking.checking_in import Window
from fablab.booking.models import Reservation, ReservationFee
from fablab.booking.telling import Told
from fablab.core.db import db
from fablab.web.ground import access


@dataclass(frozen=True, slots=True)
class Checking:
    """Whether somebody has to check in, and may now."""

    window: Window | None
    """When; None where they need not, or are there."""
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A reservation's terms as they stand, and what the person who looks may do about them."""

    checking: Checking
    fee: ReservationFee | None
    told: Told
    """What giving it back now costs."""
    missing: str
    """What saying that nobody came costs its member in money."""
    may_decide: bool
    may_waive: bool
    may_return: bool
    """They may say when it was brought back."""
    now: datetime


def checking_of(row: Reservation, now: datetime) -> Checking:
    """Whether somebody has to check in to a reservation, and may now."""
    window = checking_in.window_of(db.session(), row, now)
    return Checking(window, window is not None and window.opens_at <= now)


def terms_of(row: Reservation, now: datetime) -> Terms:
    """The terms of a reservation as they stand."""
    session, actor = db.session(), access.actor()
    fee = fees.fee_of(session, row.id)
    return Terms(
        checking=checking_of(row, now),
        fee=fee,
        told=telling.before_cancelling(session, actor, row, now),
        missing=telling.before_missing(session, row, now),
        may_decide=reviewing.may_review(actor, row, now),
        may_waive=fee is not None and fees.may_waive(actor, fee),
        may_return=returning.may_say(session, actor, row, now),
        now=now,
    )


def agreed_cents(text: str | None) -> int:
    """What a form says that somebody was told; nothing where it says nothing that is an amount."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else 0
