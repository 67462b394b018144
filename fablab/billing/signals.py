"""What billing announces, inside the transaction that makes it true."""

from blinker import Signal

invoice_issued = Signal("An invoice was issued. Sends: session, invoice, now.")
