"""Who has what when."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.problems import RefusalOut
from fablab.api.schemas.values import IdInBody, InstantIO


class TermsIn(BaseModel):
    """For whom it is, who pays, and for how many. Without an account the caller's own pays; for somebody else is for
    staff of the site.
    """

    model_config = ConfigDict(extra="forbid")
    account_id: IdInBody | None = None
    project_id: IdInBody | None = None
    member_id: IdInBody | None = None
    places: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1
    job: Annotated[str, Field(max_length=60)] = ""
    """What for, or of what, where rules ask for it."""
    guests: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0


class WishIn(TermsIn):
    """What is asked of whoever reserves at once."""

    nature: str = "member"
    companion_id: IdInBody | None = None
    """Who comes along, where nobody may be alone."""
    override_reason: Annotated[str, Field(max_length=1000)] = ""
    """Why staff of the site reserve although rules that they may override speak against it."""


class ReservationIn(WishIn):
    """A wish for one resource at one time."""

    resource_id: IdInBody
    start: InstantIO
    end: InstantIO
    passes_first: bool = False
    """Take it from others where the rules let this member pass first; they are told."""


class SlotOut(BaseModel):
    """A time at which it would be granted."""

    resource_id: int
    resource: str
    site_id: int
    site: str
    start: InstantIO
    end: InstantIO


class CheckOut(BaseModel):
    """Every reason why not, on which terms it would be had, and what would work instead."""

    may: bool
    refusals: list[RefusalOut]
    rules: list[str]
    would_work: list[SlotOut]
    gives_way: int
    """So many reservations of others would give way, if it is asked for with `passes_first`."""


class ReservationPatch(BaseModel):
    """Another resource or another time; `version` is what was read."""

    model_config = ConfigDict(extra="forbid")
    resource_id: IdInBody | None = None
    start: InstantIO | None = None
    end: InstantIO | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""
    version: IdInBody


class ExtensionIn(BaseModel):
    """Until when to go on."""

    model_config = ConfigDict(extra="forbid")
    end: InstantIO


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
    job: str
    guests: int
    companion_id: int | None
    started_at: InstantIO | None
    checked_in_at: InstantIO | None
    returned_at: InstantIO | None
    review: str | None
    """Asked, approved, declined or lapsed, where staff approve it first."""
    review_by: InstantIO | None
    version: int


class ReservationList(BaseModel):
    """Reservations in order; `next` is the offset of the following page."""

    items: list[ReservationOut]
    next: int | None = None
