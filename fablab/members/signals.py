"""What the members' feature announces, inside the transaction that makes it true."""

from blinker import Signal

password_link_made = Signal("A link to set a password was made. Sends: session, member, secret, now.")
