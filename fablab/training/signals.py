"""What the training feature announces, inside the transaction that makes it true."""

from blinker import Signal

certificate_granted = Signal("A person got a certificate. Sends: session, event, now.")
certificate_ended = Signal("A person's certificate was revoked. Sends: session, event, now.")
