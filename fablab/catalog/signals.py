"""What the catalogue announces, inside the transaction that makes it true."""

from blinker import Signal

problem_reported = Signal("Something was reported. Sends: session, problem, now.")
problem_changed = Signal("A problem was commented on or came further. Sends: session, problem, entry, now.")
