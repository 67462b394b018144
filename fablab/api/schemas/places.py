"""Rooms, papers and links: what stands around sites and resources."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Line
from fablab.api.schemas.values import Id, IdInBody


class RoomPath(BaseModel):
    """A room by its id."""

    room_id: Id


class RoomIn(BaseModel):
    """What a room is called."""

    model_config = ConfigDict(extra="forbid")
    name: Line


class RoomOut(BaseModel):
    """A part of a site where resources stand."""

    id: int
    site_id: int
    name: str


class RoomList(BaseModel):
    """The rooms of a site, by name."""

    items: list[RoomOut]
    next: int | None = None


class PaperPath(BaseModel):
    """A paper by its id."""

    paper_id: Id


class PaperQuery(BaseModel):
    """What a paper is called, and what it is for."""

    model_config = ConfigDict(extra="forbid")
    title: Line
    role: Literal["manual", "safety", "other"] = "manual"


class PaperOut(BaseModel):
    """A manual, a safety sheet or another document of a resource; its content is at `/papers/{id}`."""

    id: int
    resource_id: int
    title: str
    role: str
    media_type: str
    size: int


class PaperList(BaseModel):
    """The papers of a resource, by what they are for and title."""

    items: list[PaperOut]
    next: int | None = None


class LinkPath(BaseModel):
    """A link by its id."""

    link_id: Id


class LinkIn(BaseModel):
    """What goes with a resource from now on; without a number of places, all of them."""

    model_config = ConfigDict(extra="forbid")
    other_id: IdInBody
    places: Annotated[int, Field(ge=1, le=1000, strict=True)] | None = None


class BundleOut(BaseModel):
    """Who reserves the one has places of the other besides; null is all of them."""

    id: int
    resource_id: int
    other_id: int
    places: int | None


class BundleList(BaseModel):
    """The links from a resource to others, and from others to it."""

    items: list[BundleOut]
    next: int | None = None
