"""Who waits for what, what is offered to them, and reservations that are handed over."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import Id, IdInBody, InstantIO

Name = Annotated[str, Field(min_length=1, max_length=200)]


class WaitPath(BaseModel):
    """Somebody's place in a line."""

    wait_id: Id


class OfferPath(BaseModel):
    """What is offered."""

    offer_id: Id


class HandOverPath(BaseModel):
    """A reservation that is handed over."""

    hand_over_id: Id


class WaitIn(BaseModel):
    """A wish: a resource, or any of a category at a site or anywhere, for so many minutes between two instants."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    resource_id: IdInBody | None = None
    category_id: IdInBody | None = None
    site_id: IdInBody | None = None
    from_: Annotated[InstantIO, Field(alias="from")]
    to: InstantIO
    minutes: Annotated[int, Field(ge=5, le=10_080, strict=True)]
    places: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    guests: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0
    job: Annotated[str, Field(max_length=60)] = ""
    account_id: IdInBody | None = None
    """Who pays; the member's own account where it is left out."""
    project_id: IdInBody | None = None
    member_id: IdInBody | None = None
    """A ward, or anybody where the caller is staff."""


class WaitOut(BaseModel):
    """Who waits for what, and as the how manieth."""

    model_config = ConfigDict(populate_by_name=True)
    id: int
    member_id: int
    member: str
    resource_id: int | None
    category_id: int | None
    site_id: int | None
    what: str
    from_: Annotated[InstantIO, Field(alias="from")]
    to: InstantIO
    minutes: int
    places: int
    joined_at: InstantIO
    position: int


class WaitList(BaseModel):
    """Waits in the order of joining."""

    items: list[WaitOut]
    next: int | None = None


class OfferOut(BaseModel):
    """What may be accepted until when."""

    id: int
    wait_id: int
    member_id: int
    resource_id: int
    resource: str
    site: str
    start: InstantIO
    end: InstantIO
    until: InstantIO


class OfferList(BaseModel):
    """What one may accept now, what lapses first first."""

    items: list[OfferOut]
    next: int | None = None


class HandOverIn(BaseModel):
    """To whom: an e-mail address or a member number. Whether anybody is called so is not said."""

    model_config = ConfigDict(extra="forbid")
    to: Name


class HandOverOut(BaseModel):
    """What its holder sees: how they named the other, and until when it can be taken."""

    id: int
    reservation_id: int
    to: str
    offered_at: InstantIO
    until: InstantIO


class TakeIn(BaseModel):
    """Who pays (the taker's own account where it is left out), and the version that was read."""

    model_config = ConfigDict(extra="forbid")
    account_id: IdInBody | None = None
    project_id: IdInBody | None = None
    version: IdInBody


class HandedOut(BaseModel):
    """What the one sees who may take it over."""

    id: int
    reservation_id: int
    holder: str
    resource_id: int
    resource: str
    start: InstantIO
    end: InstantIO
    until: InstantIO
    version: int


class HandedList(BaseModel):
    """What one may take over now, the next one first."""

    items: list[HandedOut]
    next: int | None = None
