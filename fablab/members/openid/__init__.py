"""Signing in with an OpenID provider: leaving for it, coming back, and what it says of who came.

This room talks over the network and must not be called inside of a transaction; whose the account is here is decided by
`members/identities.py`.
"""

from fablab.members.openid.conversation import DOWN, WRONG
from fablab.members.openid.exchange import LIFE, Arrival, Departure, Leaving, come_back, leave
from fablab.members.openid.metadata import Metadata, discover

__all__ = [
    "DOWN",
    "LIFE",
    "WRONG",
    "Arrival",
    "Departure",
    "Leaving",
    "Metadata",
    "come_back",
    "discover",
    "leave",
]
