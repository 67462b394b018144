"""What the usage feature announces, inside the transaction that makes it true."""

from blinker import Signal

session_closed = Signal("A use has ended. Sends: session, usage, now.")
session_settled = Signal("Staff decided whose use it was, or that it is not billed. Sends: session, usage, now.")
