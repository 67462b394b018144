"""What the members' feature announces, inside the transaction that makes it true."""

from blinker import Signal

password_link_made = Signal("A link to set a password was made. Sends: session, member, secret, now.")
approval_wanted = Signal("Somebody joined and waits for staff to approve them. Sends: session, member, now.")
approval_decided = Signal("Staff approved or declined somebody. Sends: session, member, approved, reason, by_id, now.")
email_change_asked = Signal(
    "Somebody wants another address; the link to confirm goes there. Sends: session, member, email, secret, now."
)
email_changed = Signal("Somebody's address is another one. Sends: session, member, before, now.")
identity_linked = Signal(
    "Somebody's account at a provider lets them in from now on. Sends: session, member, identity, now."
)
