"""Shifts, and who takes them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.asking import PeriodQuery
from fablab.api.schemas.values import Id, IdInBody, InstantIO


class ShiftPath(BaseModel):
    """A shift by its id."""

    shift_id: Id


class DutyPath(BaseModel):
    """Somebody's duty by its id."""

    duty_id: Id


class ShiftsQuery(PeriodQuery):
    """Shifts of a period, of one site if it is given."""

    site: Id | None = None


class ShiftIn(BaseModel):
    """A shift to add."""

    model_config = ConfigDict(extra="forbid")
    site_id: IdInBody
    start: InstantIO
    end: InstantIO
    minimum: Annotated[int, Field(ge=1, le=99, strict=True)] = 1
    course_id: IdInBody | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class ShiftPatch(BaseModel):
    """What shall be another; `version` is that of the shift as it was read, null takes the certificate away."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    start: InstantIO | None = None
    end: InstantIO | None = None
    minimum: Annotated[int, Field(ge=1, le=99, strict=True)] | None = None
    course_id: IdInBody | None = None
    note: Annotated[str, Field(max_length=200)] | None = None


class NoteIn(BaseModel):
    """What those of a shift tell those of the next ones."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=2000)]


class NoteOut(BaseModel):
    """What was handed over."""

    id: int
    shift_id: int
    member_id: int
    member: str
    at: InstantIO
    text: str


class NoteList(BaseModel):
    """What was handed over at a site, the latest first; at most twenty."""

    items: list[NoteOut]
    next: int | None = None


class DutyIn(BaseModel):
    """Who takes a shift: the caller, or as staff give it, somebody else."""

    model_config = ConfigDict(extra="forbid")
    member_id: IdInBody | None = None


class DutyChange(BaseModel):
    """What becomes of a duty. `offer` asks for a replacement, or with `in_exchange_for` for a swap."""

    model_config = ConfigDict(extra="forbid")
    act: Annotated[str, Field(pattern="^(confirm|drop|offer|withdraw_offer|accept|missed)$")]
    reason: Annotated[str, Field(max_length=300)] = ""
    in_exchange_for: IdInBody | None = None


class DutyOut(BaseModel):
    """Somebody's promise to come."""

    id: int
    shift_id: int
    member_id: int
    member: str
    state: str
    offered: bool
    in_exchange_for: int | None


class ShiftOut(BaseModel):
    """A shift with its people; `missing` is how many have still to confirm."""

    id: int
    site_id: int
    site: str
    start: InstantIO
    end: InstantIO
    minimum: int
    missing: int
    course_id: int | None
    course: str | None
    note: str
    duties: list[DutyOut]
    version: int


class ShiftList(BaseModel):
    """Shifts in order."""

    items: list[ShiftOut]
    next: int | None = None
