"""What the members' feature announces, inside the transaction that makes it true."""

from blinker import Signal

password_link_made = Signal("A link to set a password was made. Sends: session, member, secret, now.")
proof_decided = Signal("A proof of a class was accepted or refused. Sends: session, proof, now.")
membership_sold = Signal("A membership was sold or renewed. Sends: session, membership, now.")
