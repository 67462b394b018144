"""Timetables: their seasons, and what stands under them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Clock, DecisionsIn, Level, SitePath
from fablab.api.schemas.values import Id, IdInBody

Name = Annotated[str, Field(max_length=80)]


class TimetablePath(BaseModel):
    """A timetable by its id."""

    timetable_id: Id


class SeasonPath(TimetablePath):
    """A season of a timetable."""

    season_id: Id


class CategoryAtSitePath(SitePath):
    """A category at a site."""

    category_id: Id


class VersionQuery(BaseModel):
    """The version as it was read."""

    version: Id


class OpeningIO(BaseModel):
    """Open on a weekday (0 is Monday) on the site's clock; what closes before it opens closes on the next day.

    `staff` is how many people it takes, `level` the lowest level of access that lets in, `alone` that which lets in
    while staff are missing (null: nobody), `nth` which such weekday of a month (-1 is the last; null is every week).
    """

    model_config = ConfigDict(extra="forbid")
    weekday: Annotated[int, Field(ge=0, le=6, strict=True)]
    opens: Clock
    closes: Clock
    staff: Annotated[int, Field(ge=0, le=99, strict=True)] = 0
    level: Level = 0
    alone: Level | None = None
    nth: Literal[1, 2, 3, 4, -1] | None = None


class SeasonIn(DecisionsIn):
    """A season with all its openings; without days it is the usual one. `version` is that of its timetable."""

    version: IdInBody
    name: Name = ""
    first_on: date | None = None
    last_on: date | None = None
    openings: Annotated[list[OpeningIO], Field(max_length=200)]


class SeasonOut(BaseModel):
    """A season of a timetable."""

    id: int
    name: str
    first_on: date | None
    last_on: date | None
    openings: list[OpeningIO]


class TimetableIn(BaseModel):
    """A new timetable: the site's own if it has none yet, else a narrower one."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    keeps_holidays: Annotated[bool, Field(strict=True)] = False


class TimetablePatch(DecisionsIn):
    """What shall be another; `version` is that of the timetable as it was read."""

    version: IdInBody
    name: Name | None = None
    keeps_holidays: Annotated[bool, Field(strict=True)] | None = None


class TimetableOut(BaseModel):
    """A timetable with its seasons, the usual one first, and the categories that stand under it."""

    id: int
    site_id: int
    name: str
    is_main: bool
    keeps_holidays: bool
    """Closed on public holidays."""
    categories: list[int]
    seasons: list[SeasonOut]
    version: int


class TimetableList(BaseModel):
    """The timetables of a site, its own first."""

    items: list[TimetableOut]
    next: int | None = None


class UnderIn(DecisionsIn):
    """Under which narrower timetable of the site a category stands; null is the site's own only."""

    timetable_id: IdInBody | None
