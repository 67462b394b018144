"""What the booking feature announces, inside the transaction that makes it true."""

from blinker import Signal

booked = Signal("A reservation was made. Sends: session, reservation, now.")
cancelled = Signal("A reservation was cancelled. Sends: session, reservation, by_id, now.")
moved = Signal(
    "A reservation got another resource or another time. Sends: session, reservation, before (the resource), was (the "
    "period), by_id, reason, now."
)
supervision_missing = Signal("Nobody will be there for a reservation. Sends: session, reservation, shift, now.")
supervision_restored = Signal("Somebody will be there after all. Sends: session, reservation, shift, now.")
missed = Signal(
    "Staff said that nobody came. Sends: session, reservation, strike (None if it counts for nothing), now."
)
missed_after_all = Signal("They were there after all. Sends: session, reservation, now.")
several_booked = Signal("Reservations were made in one go; each was told as booked. Sends: session, reservations, now.")
several_moved = Signal(
    "Reservations were moved in one go; each was told as moved. Sends: session, reservations, by_id, reason, now."
)
several_cancelled = Signal(
    "Reservations were cancelled in one go; each was told as cancelled. Sends: session, reservations, by_id, reason, "
    "now."
)
