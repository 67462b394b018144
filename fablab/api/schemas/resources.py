"""What can be booked, and when it is free."""

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import InstantIO


class LiveOut(BaseModel):
    """What a machine said last. `condition` tells why when it says nothing."""

    condition: str
    sentence: str
    asked_at: InstantIO | None
    answered_at: InstantIO | None
    file_name: str | None
    """What is printed; null unless it is the caller's own, or the caller is staff there."""
    progress: float | None
    remaining_seconds: int | None


class SpecOut(BaseModel):
    """A field of the category with what is written in it, as people read it."""

    name: str
    value: str
    unit: str


class LinkOut(BaseModel):
    """What goes with it when it is reserved; null is all of its places."""

    resource_id: int
    places: int | None


class ResourceOut(BaseModel):
    """Something that can be booked."""

    id: int
    code: str
    name: str
    category_id: int
    category: str
    kind: str
    """`machine`, `space` or `adviser`."""
    site_id: int
    site: str
    timezone: str
    room: str | None
    model: str
    description: str
    places: int
    slot_minutes: int
    needs_staff: bool
    organisation: str
    """Of an adviser: the partner that they come from."""
    specs: list[SpecOut]
    links: list[LinkOut]
    state: str
    state_note: str
    state_until: InstantIO | None
    """While it is out: when it is expected back."""
    photo: str | None
    version: int
    """What an edit must name, so that it does not undo another."""
    certificates: list[str]
    """The courses whose certificates it needs."""
    may_use: bool
    """Whether the caller holds them all now."""
    live: LiveOut | None


class ResourceList(BaseModel):
    """Resources."""

    items: list[ResourceOut]
    next: int | None = None


class PeriodOut(BaseModel):
    """A half-open period."""

    start: InstantIO
    end: InstantIO


class BusyOut(PeriodOut):
    """A place that is taken; whose it is only its holder and staff are told."""

    place: int
    reservation_id: int | None
    mine: bool


class AvailabilityOut(BaseModel):
    """When a resource is open, taken, and free in one place at least."""

    model_config = ConfigDict(populate_by_name=True)
    resource_id: int
    from_: InstantIO = Field(alias="from")
    to: InstantIO
    slot_minutes: int
    open: list[PeriodOut]
    busy: list[BusyOut]
    free: list[PeriodOut]
