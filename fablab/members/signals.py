"""What the members' feature announces, inside the transaction that makes it true."""

from blinker import Signal

password_link_made = Signal("A link to set a password was made. Sends: session, member, secret, now.")
approval_wanted = Signal("Somebody joined and waits for staff to approve them. Sends: session, member, now.")
approval_decided = Signal("Staff approved or declined somebody. Sends: session, member, approved, reason, by_id, now.")
email_change_asked = Signal(
    "Somebody wants another address; the link to confirm goes there. Sends: session, member, email, secret, now."
)
email_changed = Signal("Somebody's address is another one. Sends: session, member, before, now.")
account_invitation_made = Signal(
    "Somebody was invited by mail into an organisation’s account. Sends: session, invitation, secret, now."
)
account_left = Signal("Somebody no longer uses an account. Sends: session, account, member_id, by_id, now.")
owner_appointed = Signal("Somebody now answers for an account. Sends: session, account, member_id, by_id, now.")
proof_decided = Signal("A proof of a class was accepted or refused. Sends: session, proof, now.")
membership_sold = Signal("A membership was sold or renewed. Sends: session, membership, now.")
erasing = Signal(
    "Somebody is to be erased: each handler answers with the refusals that stand in the way, or None; those that may "
    "be overridden are for an administrator to override. Sends: session, member_ids, now."
)
member_left = Signal(
    "Somebody has left for good: what lies ahead of them is given up. Sends: session, member_ids, by_id, now."
)
member_erased = Signal(
    "Somebody was erased; their address is known for the last time. Sends: session, member_id, mail_to, locale, now."
)
erasure_near = Signal(
    "Somebody has not come for long, and will be erased unless they come again. Sends: session, member, days, now."
)
merging = Signal(
    "Two records are to be made one: each handler answers with the refusals that stand in the way, or None; those that "
    "may be overridden are doubts. Sends: session, survivor, merged, now."
)
member_merged = Signal(
    "A record was made one with another: what is left on it of what lies ahead is settled. "
    "Sends: session, survivor, merged, now."
)
correction_asked = Signal(
    "Somebody asks staff to correct what is kept of them. Sends: session, member, text, entry_id, now."
)
identity_linked = Signal(
    "Somebody's account at a provider lets them in from now on. Sends: session, member, identity, now."
)
