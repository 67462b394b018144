"""Scarce times that are drawn."""

from pydantic import BaseModel

from fablab.api.schemas.reservations import TermsIn
from fablab.api.schemas.values import Id, IdInBody, InstantIO


class DrawEntryPath(BaseModel):
    """Somebody's wish."""

    entry_id: Id


class DrawEntryIn(TermsIn):
    """A wish for a time that is drawn."""

    resource_id: IdInBody
    start: InstantIO
    end: InstantIO


class DrawEntryOut(BaseModel):
    """What somebody wishes, when it is decided, and what became of it: open, won or lost."""

    id: int
    member_id: int
    member: str
    resource_id: int
    resource: str
    start: InstantIO
    end: InstantIO
    draws_at: InstantIO
    state: str
    reservation_id: int | None
    """What was won."""


class DrawEntryList(BaseModel):
    """Wishes; what is decided next first."""

    items: list[DrawEntryOut]
    next: int | None = None


class DrawOut(BaseModel):
    """A draw that was made. People came in the order of the SHA-256 of `seed:member_id`."""

    draws_at: InstantIO
    drawn_at: InstantIO
    seed: str
    wishes: int
    people: int
    granted: int


class AnnouncedOut(BaseModel):
    """A draw to come."""

    draws_at: InstantIO
    wishes: int
    people: int


class DrawList(BaseModel):
    """The draws of a site, the latest first; and those to come."""

    items: list[DrawOut]
    announced: list[AnnouncedOut]
    next: int | None = None
