"""The kinds of notices that people may switch off, and which mails are of which.

A mail that is of none of them always goes: what is about money, strikes and suspensions, signing in, memberships and
certificates, what guardians sign, one's data, and what somebody's role brings.
"""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What people may choose to be told or not."""

    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    CHANGE = "change"
    OFFER = "offer"
    NO_SHOW = "no_show"


USUAL_HOURS = 24
HOURS = (2, USUAL_HOURS, 48)
"""How long before a reservation somebody may be reminded of it."""
_MAILS = {
    NoticeKind.CONFIRMATION: ("booked", "several_booked", "review_asked", "review_approved", "taken_over"),
    NoticeKind.REMINDER: ("reminder",),
    NoticeKind.CHANGE: (
        *("moved", "several_moved", "cancelled", "several_cancelled", "review_refused", "handed_over"),
        *("supervision_missing", "supervision_restored"),
    ),
    NoticeKind.OFFER: ("offered", "offer_lapsed", "hand_over", "draw_lost"),
    NoticeKind.NO_SHOW: ("missed",),
}
KIND_OF = {template: kind for kind, templates in _MAILS.items() for template in templates}
"""The kind of each mail that somebody may switch off."""
