"""What conduct announces, inside the transaction that makes it true."""

from blinker import Signal

hold_placed = Signal("Somebody may not use the lab for a while. Sends: session, hold, now.")
hold_lifted = Signal("They may again, sooner than was said. Sends: session, hold, now.")
struck = Signal("Something counts against somebody. Sends: session, strike, tally, now.")
strike_withdrawn = Signal("It counts no more. Sends: session, strike, now.")
appeal_made = Signal("Somebody says that a hold or a strike is wrong. Sends: session, appeal, now.")
appeal_answered = Signal("Staff have answered. Sends: session, appeal, now.")
