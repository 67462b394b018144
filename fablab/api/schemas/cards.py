"""What is written about what can be booked."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import DecisionsIn, Line, Lines
from fablab.api.schemas.values import IdInBody

Places = Annotated[int, Field(ge=1, le=1000, strict=True)]
Slot = Annotated[int, Field(ge=5, le=1440, strict=True)]


class SpecIn(BaseModel):
    """A field of the category, by its name, and what is written in it."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    value: Annotated[str, Field(max_length=300)]


class ResourceIn(BaseModel):
    """A new resource. Only an adviser has an organisation and the person's `adviser_id`."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    category_id: IdInBody
    site_id: IdInBody
    room_id: IdInBody | None = None
    model: Line = ""
    description: Lines = ""
    places: Places = 1
    slot_minutes: Slot = 30
    needs_staff: Annotated[bool, Field(strict=True)] = False
    timetable_id: IdInBody | None = None
    specs: Annotated[list[SpecIn], Field(max_length=30)] = []
    organisation: Line = ""
    adviser_id: IdInBody | None = None


class ResourcePatch(DecisionsIn):
    """What shall be another; `version` is that of the resource as it was read. A list of specs replaces them all."""

    version: IdInBody
    name: Line | None = None
    category_id: IdInBody | None = None
    site_id: IdInBody | None = None
    room_id: IdInBody | None = None
    model: Line | None = None
    description: Lines | None = None
    places: Places | None = None
    slot_minutes: Slot | None = None
    needs_staff: Annotated[bool, Field(strict=True)] | None = None
    timetable_id: IdInBody | None = None
    specs: Annotated[list[SpecIn], Field(max_length=30)] | None = None
    organisation: Line | None = None
    adviser_id: IdInBody | None = None
