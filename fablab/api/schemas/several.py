"""Several reservations in one go: weekly series, and several resources at one time."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.problems import RefusalOut
from fablab.api.schemas.reservations import ReservationOut, SlotOut, WishIn
from fablab.api.schemas.values import Id, IdInBody, InstantIO
from fablab.booking.several.changing import Scope

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2200, 1, 1))]


class _Had(WishIn):
    """For whom it is, and on what terms; the same of each."""

    dry_run: bool = False
    """Only look: what would come of each, with nothing reserved."""


class SeriesIn(_Had):
    """A weekly series: from a first day on, so many `times` or `until` a day, at a time on the clock of the site."""

    resource_id: IdInBody
    first_on: Day
    starts: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    """HH:MM on the wall of the site; it stays so where the clocks change."""
    minutes: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    every_weeks: Annotated[int, Field(ge=0, le=1000, strict=True)] = 1
    times: Annotated[int, Field(ge=0, le=1000, strict=True)] | None = None
    until: Day | None = None
    days: Annotated[list[Day], Field(max_length=60)] | None = None
    """Only these of its days; all where none are named."""
    rest: bool = False
    """Reserve what can be had although some cannot; else it is all or nothing."""


class TogetherIn(_Had):
    """Several resources for one time, all or none."""

    resource_ids: Annotated[list[IdInBody], Field(max_length=100)]
    start: InstantIO
    end: InstantIO


class StepOut(BaseModel):
    """One of several: when and what, every reason why not, and what would work instead."""

    day: date
    resource_id: int
    resource: str
    start: InstantIO | None
    """None: the clocks of that day do not show it."""
    end: InstantIO | None
    may: bool
    reservation_id: int | None
    """The reservation that it is; of what is only looked at, that of before."""
    is_struck: bool
    """Giving it back now counts as a strike."""
    costs_cents: int
    """What giving it back now costs, with VAT."""
    refusals: list[RefusalOut]
    would_work: list[SlotOut]


class StepList(BaseModel):
    """What came of each, in order of time, or of what would come of it."""

    items: list[StepOut]


class SeriesOut(BaseModel):
    """A series as it was asked for, and its reservations as they are now."""

    id: int
    resource_id: int
    resource: str
    member_id: int
    member: str
    nature: str
    first_on: date
    starts: str
    minutes: int
    every_weeks: int
    times: int | None
    until: date | None
    version: int
    reservations: list[ReservationOut]


class TogetherOut(BaseModel):
    """All that is reserved together."""

    items: list[ReservationOut]


class SeriesPath(BaseModel):
    """A series."""

    series_id: Id


class SeriesPatch(BaseModel):
    """How much later on the clock of the site, or on what else: one, it and the following, or all to come."""

    model_config = ConfigDict(extra="forbid")
    scope: Scope
    reservation_id: IdInBody | None = None
    """The one that is meant, or the first of those that are."""
    shift_days: Annotated[int, Field(ge=-366, le=366, strict=True)] = 0
    shift_minutes: Annotated[int, Field(ge=-1440, le=1440, strict=True)] = 0
    longer_minutes: Annotated[int, Field(ge=-10_080, le=10_080, strict=True)] = 0
    resource_id: IdInBody | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""
    rest: bool = False
    """Move what can be moved although some cannot; else it is all or nothing."""
    dry_run: bool = False
    version: IdInBody


class CancelQuery(BaseModel):
    """Which of a series to give back."""

    scope: Scope
    reservation_id: Id | None = None
    rest: bool = False
    dry_run: bool = False
    agreed_cents: Annotated[int, Field(ge=0, le=100_000_00)] = 0
    """What the caller was told that all of it costs; it is refused where it costs more."""


class TogetherPatch(BaseModel):
    """Another time for all; `version` is that of the reservation in the address."""

    model_config = ConfigDict(extra="forbid")
    start: InstantIO
    end: InstantIO
    reason: Annotated[str, Field(max_length=1000)] = ""
    rest: bool = False
    version: IdInBody


class RestQuery(BaseModel):
    """Whether to give back what can be although some cannot, and what the caller was told that all of it costs."""

    rest: bool = False
    agreed_cents: Annotated[int, Field(ge=0, le=100_000_00)] = 0
