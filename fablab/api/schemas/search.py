"""The one search."""

from typing import Annotated

from pydantic import BaseModel, Field

from fablab.api.schemas.reservations import ReservationOut


class SearchQuery(BaseModel):
    """The words to find, and how many of each kind at most."""

    q: Annotated[str, Field(max_length=100)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class FoundMember(BaseModel):
    """Somebody who was found."""

    id: int
    name: str


class FoundResource(BaseModel):
    """Something bookable that was found."""

    id: int
    name: str
    site_id: int


class FoundOut(BaseModel):
    """What holds every word."""

    members: list[FoundMember]
    resources: list[FoundResource]
    reservations: list[ReservationOut]
