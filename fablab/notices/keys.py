"""What news of a reservation is called, so that it is told once, and taken back where it is told in another way."""

from fablab.booking.models import Reservation


def booked(row: Reservation) -> str:
    """It was made."""
    return f"booked:{row.id}"


def moved(row: Reservation, *, version: int | None = None) -> str:
    """It got another time or resource, as it is now or (`version`) was once."""
    return f"moved:{row.id}:{version or row.version}"


def cancelled(row: Reservation) -> str:
    """It was cancelled."""
    return f"cancelled:{row.id}"
