"""Maintenance: what must be done again and again, what was done, and what came of appointments."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Line, Lines
from fablab.api.schemas.values import Id, IdInBody, InstantIO

Interval = Annotated[int, Field(ge=1, le=100_000, strict=True)]


class PlanPath(BaseModel):
    """A maintenance plan by its id."""

    plan_id: Id


class PlanIn(BaseModel):
    """What is to be done, after so many days, or hours of measured use, or whichever comes first."""

    model_config = ConfigDict(extra="forbid")
    title: Line
    instructions: Lines = ""
    every_days: Interval | None = None
    every_hours: Interval | None = None


class PlanPatch(BaseModel):
    """What shall be another; null takes an interval away. `version` is that of the plan as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    title: Line | None = None
    instructions: Lines | None = None
    every_days: Interval | None = None
    every_hours: Interval | None = None


class PlanOut(BaseModel):
    """A plan, and when it is due."""

    id: int
    resource_id: int
    title: str
    instructions: str
    every_days: int | None
    every_hours: int | None
    counted_from: InstantIO
    standing: str
    due_on: date | None
    hours_left: float | None
    version: int


class PlanList(BaseModel):
    """The plans of a resource that go on, the most pressing first."""

    items: list[PlanOut]
    next: int | None = None


class ActIn(BaseModel):
    """What was done, by a plan or out of turn; without an instant, just now."""

    model_config = ConfigDict(extra="forbid")
    plan_id: IdInBody | None = None
    at: InstantIO | None = None
    note: Lines = ""
    minutes: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    cost_cents: Annotated[int, Field(ge=0, le=100_000_000, strict=True)] = 0


class ActOut(BaseModel):
    """What was done."""

    id: int
    resource_id: int
    plan_id: int | None
    at: InstantIO
    by: str
    note: str
    minutes: int | None
    cost_cents: int
    used_seconds: int
    """The measured use of the resource at that time."""


class ActList(BaseModel):
    """What was done to a resource, the latest first; at most a hundred."""

    items: list[ActOut]
    next: int | None = None


class OutcomeIn(BaseModel):
    """What came of an appointment; `version` is 0 where nobody has noted it yet."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
    came: Annotated[bool, Field(strict=True)]
    note: Lines = ""
    next_step: Annotated[str, Field(max_length=300)] = ""


class OutcomeOut(BaseModel):
    """What came of an appointment, for the adviser and for staff of its site."""

    reservation_id: int
    came: bool
    note: str
    next_step: str
    noted_at: InstantIO
    noted_by: str
    version: int
