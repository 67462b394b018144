"""What the shifts announce, inside the transaction that makes it true."""

from blinker import Signal

duty_ended = Signal("Somebody dropped a shift or did not come. Sends: session, duty, now.")
duty_offered = Signal("Somebody asks for a replacement, or for an exchange. Sends: session, duty, now.")
duty_handed_over = Signal("Somebody else took a duty over. Sends: session, before, after (duties), now.")
duty_assigned = Signal("Staff gave somebody a shift. Sends: session, duty, by_id, now.")
shift_filled = Signal("A shift has its people again. Sends: session, shift, now.")
shift_short = Signal("A shift is near and lacks people. Sends: session, shift, missing, now.")
shift_changed = Signal("A shift was withdrawn or has other times. Sends: session, shift, before (a period), now.")
