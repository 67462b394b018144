"""Scarce times that are drawn."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import Id, IdInBody, InstantIO


class DrawEntryPath(BaseModel):
    """Somebody's wish."""

    entry_id: Id


class DrawEntryIn(BaseModel):
    """A wish for a time that is drawn. Without an account the caller's own pays."""

    model_config = ConfigDict(extra="forbid")
    resource_id: IdInBody
    start: InstantIO
    end: InstantIO
    account_id: IdInBody | None = None
    project_id: IdInBody | None = None
    member_id: IdInBody | None = None
    places: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    job: Annotated[str, Field(max_length=60)] = ""
    guests: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0


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
