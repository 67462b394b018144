"""Rows of reservations, of the claims that they hold, and of the rules about them."""

from fablab.booking.models.draws import Draw, DrawEntry, EntryState
from fablab.booking.models.feeds import CalendarFeed, FeedKind
from fablab.booking.models.fees import ReservationFee
from fablab.booking.models.outcomes import Outcome
from fablab.booking.models.reservations import (
    LONGEST_CLAIM,
    NATURES,
    ChangeKind,
    Claim,
    Nature,
    Reservation,
    ReservationChange,
    ReservationState,
    ReviewState,
)
from fablab.booking.models.rules import BookingRule
from fablab.booking.models.series import ReservationSeries
from fablab.booking.models.waiting import FreedTime, HandOver, HandOverState, Offer, OfferState, Wait, WaitEnd

__all__ = [
    "LONGEST_CLAIM",
    "NATURES",
    "BookingRule",
    "CalendarFeed",
    "ChangeKind",
    "Claim",
    "Draw",
    "DrawEntry",
    "EntryState",
    "FeedKind",
    "FreedTime",
    "HandOver",
    "HandOverState",
    "Nature",
    "Offer",
    "OfferState",
    "Outcome",
    "Reservation",
    "ReservationChange",
    "ReservationFee",
    "ReservationSeries",
    "ReservationState",
    "ReviewState",
    "Wait",
    "WaitEnd",
]
