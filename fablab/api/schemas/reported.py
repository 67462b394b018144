"""What people report, and what becomes of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fablab.api.schemas.sites import DecisionsIn
from fablab.api.schemas.values import Id, IdInBody, InstantIO

Kind = Literal["problem", "injury", "near_miss"]
State = Literal["new", "assigned", "waiting", "fixed"]
Words = Annotated[str, Field(max_length=4000)]


class ReportedPath(BaseModel):
    """A problem by its id."""

    problem_id: Id


class ReportedQuery(BaseModel):
    """Which problems: of a site, of a resource, in a state; and how many to pass over."""

    site: Id | None = None
    resource: Id | None = None
    state: State | None = None
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class ReportIn(BaseModel):
    """Something that is wrong: with a resource, or at a site itself. Injuries and near misses only staff read."""

    model_config = ConfigDict(extra="forbid")
    resource_id: IdInBody | None = None
    site_id: IdInBody | None = None
    kind: Kind = "problem"
    text: Words

    @model_validator(mode="after")
    def one_of_both(self) -> "ReportIn":
        """It is about a resource or about a site."""
        if (self.resource_id is None) == (self.site_id is None):
            raise ValueError("give either resource_id or site_id")
        return self


class ReportedPatch(BaseModel):
    """What staff do with it; `version` is that of the problem as it was read, what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    state: State | None = None
    assigned_to_id: IdInBody | None = None
    waiting_for: Annotated[str, Field(max_length=500)] | None = None
    comment: Words = ""


class EntryOut(BaseModel):
    """A line of a problem's log; `by` is for staff."""

    at: InstantIO
    state: str | None
    text: str
    by: str | None


class ReportedOut(BaseModel):
    """A problem. Who reported it and who takes care of it is for staff of its site."""

    id: int
    site_id: int
    site: str
    resource_id: int | None
    resource: str | None
    kind: str
    text: str
    state: str
    waiting_for: str
    reported_at: InstantIO
    fixed_at: InstantIO | None
    reporter_id: int | None
    reporter: str | None
    assigned_to_id: int | None
    assigned_to: str | None
    has_photo: bool
    version: int


class ReportedWhole(ReportedOut):
    """A problem with its log."""

    log: list[EntryOut]
    follows: bool
    """Whether the caller is told what becomes of it."""


class ReportedList(BaseModel):
    """Problems, the latest first; `next` is the offset of the following page."""

    items: list[ReportedOut]
    next: int | None = None


class StateIn(DecisionsIn):
    """How a resource is from now on, read at `version`; `until` is when it is expected back."""

    state: Literal["available", "limited", "out_of_order", "maintenance", "retired"]
    note: Annotated[str, Field(max_length=300)] = ""
    until: InstantIO | None = None
    version: IdInBody
