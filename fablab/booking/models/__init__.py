"""Rows of reservations, of the claims that they hold, and of the rules about them."""

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

__all__ = [
    "LONGEST_CLAIM",
    "NATURES",
    "BookingRule",
    "ChangeKind",
    "Claim",
    "Nature",
    "Outcome",
    "Reservation",
    "ReservationChange",
    "ReservationSeries",
    "ReservationState",
    "ReviewState",
]
