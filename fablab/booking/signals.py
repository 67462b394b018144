"""What the booking feature announces, inside the transaction that makes it true."""

from blinker import Signal

booked = Signal("A reservation was made. Sends: session, reservation, now.")
cancelled = Signal("A reservation was cancelled. Sends: session, reservation, by_id (None is the lab itself), now.")
moved = Signal(
    "A reservation got another resource or another time. Sends: session, reservation, before (the resource), was (the "
    "period), by_id, reason, now."
)
supervision_missing = Signal("Nobody will be there for a reservation. Sends: session, reservation, shift, now.")
supervision_restored = Signal("Somebody will be there after all. Sends: session, reservation, shift, now.")
missed = Signal(
    "Staff, or the lab itself, said that nobody came. Sends: session, reservation, strike (None if it counts for "
    "nothing), now."
)
missed_after_all = Signal("They were there after all. Sends: session, reservation, now.")
reviewed = Signal("Staff approved what was asked for. Sends: session, reservation, now.")
fee_settled = Signal("It is decided what a reservation costs; perhaps nothing. Sends: session, fee, now.")
fee_waived = Signal("Staff let nobody pay for it. Sends: session, fee, by_id, now.")
