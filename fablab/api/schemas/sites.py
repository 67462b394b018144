"""Places, when they are open, and the days that differ."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fablab.api.schemas.asking import PeriodQuery
from fablab.api.schemas.resources import PeriodOut
from fablab.api.schemas.values import Id, IdInBody, InstantIO

Line = Annotated[str, Field(max_length=120)]
Lines = Annotated[str, Field(max_length=4000)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$", description="Such as 09:00; 24:00 is midnight")]
Level = Annotated[int, Field(ge=0, le=9, strict=True)]


class SitePath(BaseModel):
    """A site by its id."""

    site_id: Id


class ExceptionPath(SitePath):
    """A closure or an exceptional opening of a site."""

    exception_id: Id


class HoursQuery(PeriodQuery):
    """A period, and for which level of access; without one, for the caller's own."""

    level: Annotated[int, Field(ge=0, le=9)] | None = None


class DecisionsIn(BaseModel):
    """What becomes of the reservations that a change touches: `cancel`, `keep`, or the id of the resource that each
    moves to; `others` is for those that are not named. Without a decision for each, the answer is 409 with the list.
    """

    model_config = ConfigDict(extra="forbid")
    decisions: Annotated[dict[Id, Literal["cancel", "keep"] | IdInBody], Field(max_length=2000)] = {}
    others: Literal["cancel", "keep"] | None = None

    @model_validator(mode="before")
    @classmethod
    def nothing_decided(cls, value: Any) -> Any:
        """A request without a body decides nothing."""
        return {} if value is None and cls is DecisionsIn else value


class SiteIn(BaseModel):
    """A new site."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    town: Line
    address: Lines = ""
    timezone: Line = "Europe/Paris"
    country: Line = "FR"
    subdivision: Line = ""
    description: Lines = ""
    email: Annotated[str, Field(max_length=254)] = ""
    phone: Line = ""
    map_url: Annotated[str, Field(max_length=500)] = ""
    staffing: Literal["planned", "shifts"] = "planned"
    shift_notice_hours: Annotated[int, Field(strict=True)] = 48
    sign_up: Literal["closed", "approval", "open"] = "closed"
    adult_age: Annotated[int, Field(strict=True)] = 18
    needs_membership: bool = False


class SitePatch(DecisionsIn):
    """What shall be another; `version` is that of the site as it was read."""

    version: IdInBody
    name: Line | None = None
    town: Line | None = None
    address: Lines | None = None
    timezone: Line | None = None
    country: Line | None = None
    subdivision: Line | None = None
    description: Lines | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    phone: Line | None = None
    map_url: Annotated[str, Field(max_length=500)] | None = None
    staffing: Literal["planned", "shifts"] | None = None
    shift_notice_hours: Annotated[int, Field(strict=True)] | None = None
    sign_up: Literal["closed", "approval", "open"] | None = None
    adult_age: Annotated[int, Field(strict=True)] | None = None
    needs_membership: bool | None = None


class SiteOut(BaseModel):
    """A place of the network."""

    id: int
    slug: str
    name: str
    town: str
    address: str
    timezone: str
    country: str
    subdivision: str
    description: str
    email: str
    phone: str
    map_url: str
    photo: str | None
    staffing: str
    shift_notice_hours: int
    sign_up: str
    adult_age: int
    needs_membership: bool
    version: int


class SiteList(BaseModel):
    """Places, by name."""

    items: list[SiteOut]
    next: int | None = None


class HoursOut(BaseModel):
    """When a site is open to a level of access, and when staff are there."""

    model_config = ConfigDict(populate_by_name=True)
    site_id: int
    from_: InstantIO = Field(alias="from")
    to: InstantIO
    level: int
    open: list[PeriodOut]
    staffed: list[PeriodOut]


class ExceptionIn(DecisionsIn):
    """A closure (`closed`) or an exceptional opening (`open`), each day from the first to the last, from `opens` to
    `closes` on the site's clock; what closes before it opens closes on the next day.
    """

    kind: Literal["closed", "open"]
    first_on: date
    last_on: date | None = None
    timetable_id: IdInBody | None = None
    opens: Clock = "00:00"
    closes: Clock = "24:00"
    staff: Annotated[int, Field(ge=0, le=99, strict=True)] = 0
    level: Level = 0
    alone: Level | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class ExceptionOut(BaseModel):
    """A closure or an exceptional opening."""

    id: int
    site_id: int
    timetable_id: int | None
    kind: str
    first_on: date
    last_on: date
    opens: str
    closes: str
    staff: int
    level: int
    alone: int | None
    reason: str


class ExceptionList(BaseModel):
    """The closures and exceptional openings that are not over, by day."""

    items: list[ExceptionOut]
    next: int | None = None
