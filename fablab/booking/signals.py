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
offered = Signal("Somebody who waits may have what has freed, if they accept in time. Sends: session, offer, now.")
offer_lapsed = Signal("Somebody did not answer an offer in time. Sends: session, offer, now.")
hand_over_offered = Signal(
    "Somebody offers their reservation to another, who is known. Sends: session, hand_over, reservation, now."
)
handed_over = Signal("A reservation is another's now. Sends: session, hand_over, reservation, now.")
missed_after_all = Signal("They were there after all. Sends: session, reservation, now.")
reviewed = Signal("Staff approved what was asked for. Sends: session, reservation, now.")
fee_settled = Signal("It is decided what a reservation costs; perhaps nothing. Sends: session, fee, now.")
fee_waived = Signal("Staff let nobody pay for it. Sends: session, fee, by_id, now.")
drawn = Signal("A draw was made. Sends: session, draw, entries (each won or lost), now.")
several_booked = Signal("Reservations were made in one go; each was told as booked. Sends: session, reservations, now.")
several_moved = Signal(
    "Reservations were moved in one go; each was told as moved. Sends: session, reservations, by_id, reason, now."
)
several_cancelled = Signal(
    "Reservations were cancelled in one go; each was told as cancelled. Sends: session, reservations, by_id, reason, "
    "now."
)
