"""Who has what when."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import IdInBody, InstantIO


class ReservationIn(BaseModel):
    """A wish. Without an account the caller's own pays; reserving for somebody else is for staff of the site."""

    model_config = ConfigDict(extra="forbid")
    resource_id: IdInBody
    start: InstantIO
    end: InstantIO
    account_id: IdInBody | None = None
    project_id: IdInBody | None = None
    member_id: IdInBody | None = None
    nature: str = "member"
    places: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1


class ReservationOut(BaseModel):
    """Who has what when, and who pays."""

    id: int
    resource_id: int
    resource: str
    start: InstantIO
    end: InstantIO
    state: str
    nature: str
    places: int
    member_id: int
    member: str
    account_id: int
    project_id: int | None
    started_at: InstantIO | None
    version: int


class ReservationList(BaseModel):
    """Reservations in order; `next` is the offset of the following page."""

    items: list[ReservationOut]
    next: int | None = None
