"""On which terms reservations are had."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.reservations import ReservationOut
from fablab.api.schemas.values import IdInBody, InstantIO


class CancelQuery(BaseModel):
    """What the caller was told that giving back costs; it is refused where it costs more."""

    agreed_cents: Annotated[int, Field(ge=0, le=100_000_00)] = 0


class CancellationOut(BaseModel):
    """What giving back now costs, in sentences and figures; cents include VAT.

    Where `waits`, the lower figures hold if others reserve all of the time before it begins.
    """

    costs: bool
    sentences: list[str]
    strikes: bool
    strikes_if_taken: bool
    cents: int
    cents_if_taken: int
    waits: bool


class FeeOut(BaseModel):
    """What a reservation costs that was given back late (`cancelled`), or that nobody came for (`missed`),
    or that was brought back late (`returned_late`).
    """

    reservation_id: int
    act: str
    cents: int
    cents_if_taken: int
    settle_at: InstantIO
    settled_at: InstantIO | None
    due_cents: int | None
    """What it came to; null until it is decided."""
    was_taken: bool
    waived_at: InstantIO | None
    waived_why: str


class ReturnIn(BaseModel):
    """When it was brought back; now where it is left out."""

    model_config = ConfigDict(extra="forbid")
    at: InstantIO | None = None


class MissingList(BaseModel):
    """What should have been brought back by now, the longest missing first."""

    items: list[ReservationOut]
    next: int | None = None


class WaiverIn(BaseModel):
    """Why nobody pays for it."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(max_length=1000)]


class WalkInIn(BaseModel):
    """To begin at once, for so long."""

    model_config = ConfigDict(extra="forbid")
    resource_id: IdInBody
    minutes: Annotated[int, Field(ge=1, le=44_640, strict=True)]
    account_id: IdInBody | None = None
    project_id: IdInBody | None = None
    places: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    job: Annotated[str, Field(max_length=60)] = ""
    guests: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0
    companion_id: IdInBody | None = None


class ReviewIn(BaseModel):
    """What staff decide about a request, having read it at `version`; declining says why."""

    model_config = ConfigDict(extra="forbid")
    approved: bool
    reason: Annotated[str, Field(max_length=1000)] = ""
    version: IdInBody


class RequestList(BaseModel):
    """What waits for approval, the most urgent first; all of it."""

    items: list[ReservationOut]
    next: int | None = None


class ExpectedOut(BaseModel):
    """Who is expected for what; until when they have to check in, null where they need not or are there."""

    reservation: ReservationOut
    check_in_from: InstantIO | None
    check_in_by: InstantIO | None


class ExpectedList(BaseModel):
    """Who is expected today, in order; all of it."""

    items: list[ExpectedOut]
    next: int | None = None
