"""Who came, why, and until when; the lists to choose from; badges and terminals."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.network import MemberPath
from fablab.api.schemas.values import Id, IdInBody, InstantIO

Name = Annotated[str, Field(max_length=120)]
EntryName = Annotated[str, Field(max_length=80)]
Headcount = Annotated[int, Field(ge=1, le=2000, strict=True)]
Code = Annotated[str, Field(max_length=128)]


class ArrivalsQuery(BaseModel):
    """Arrivals at a site, or one's own: of a period, or of those who are in now."""

    model_config = ConfigDict(populate_by_name=True)
    site_id: Id | None = None
    present: bool = False
    from_: InstantIO | None = Field(default=None, alias="from")
    to: InstantIO | None = None
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class ArrivalPath(BaseModel):
    """An arrival by its id."""

    arrival_id: Id


class ArrivalIn(BaseModel):
    """Who comes where. Without anybody it is the caller; a guest has a name or `guest`, a group a number or a label."""

    model_config = ConfigDict(extra="forbid")
    site_id: IdInBody
    member_id: IdInBody | None = None
    guest: bool = False
    guest_name: Name = ""
    headcount: Headcount = 1
    label: Name = ""
    reason_id: IdInBody | None = None
    public_kind_id: IdInBody | None = None


class ArrivalPatch(BaseModel):
    """That they have left, or are still there, or what was written down wrongly; what is not sent stays. `version` is
    that of the arrival as it was read; leaving twice equals once, whatever it is.
    """

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    departed: bool | None = None
    reason_id: IdInBody | None = None
    public_kind_id: IdInBody | None = None
    headcount: Headcount | None = None
    guest_name: Name | None = None
    label: Name | None = None


class ArrivalOut(BaseModel):
    """Somebody, or a group, came to a site."""

    id: int
    site_id: int
    member_id: int | None
    member: str | None
    guest_name: str | None
    headcount: int
    label: str
    reason_id: int
    reason: str
    public_kind_id: int | None
    public_kind: str | None
    arrived_at: InstantIO
    departed_at: InstantIO | None
    ended: str | None
    """`person`, `desk`, `closing` (forgotten), `elsewhere`, `merged`; null while they are there."""
    recorded: str
    unsure: bool
    """They are there as far as is known, but the place has closed since."""
    version: int


class ArrivalList(BaseModel):
    """Arrivals; `next` is the offset of the following page."""

    items: list[ArrivalOut]
    next: int | None = None


class EntryPath(BaseModel):
    """An entry of a list by its id."""

    entry_id: Id


class EntriesQuery(BaseModel):
    """Also those that are no longer offered?"""

    closed: bool = False


class EntryIn(BaseModel):
    """A new entry, at the end of its list."""

    model_config = ConfigDict(extra="forbid")
    name: EntryName


class EntryPatch(BaseModel):
    """What shall be another; `version` is that of the entry as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: EntryName | None = None
    closed: bool | None = None


class EntryOut(BaseModel):
    """An entry of a list; `code` is null for those that the lab added itself."""

    id: int
    code: str | None
    name: str
    closed: bool
    version: int


class EntryList(BaseModel):
    """The entries in the lab's order."""

    items: list[EntryOut]
    next: int | None = None


class BadgePath(MemberPath):
    """A badge of a member."""

    badge_id: Id


class BadgeIn(BaseModel):
    """A badge's code, as a reader reads it; it is told this once and kept as a hash only."""

    model_config = ConfigDict(extra="forbid")
    code: Code


class BadgeOut(BaseModel):
    """A badge that opens something; `hint` is the end of its code."""

    id: int
    member_id: int
    hint: str
    given_at: InstantIO


class BadgeList(BaseModel):
    """The badges of a member."""

    items: list[BadgeOut]
    next: int | None = None


class PinIn(BaseModel):
    """A PIN of 4 to 8 digits; null takes it away."""

    model_config = ConfigDict(extra="forbid")
    pin: Annotated[str, Field(max_length=20)] | None


class TerminalPath(BaseModel):
    """A terminal by its id."""

    terminal_id: Id


class TerminalIn(BaseModel):
    """A terminal: where it stands."""

    model_config = ConfigDict(extra="forbid")
    name: EntryName


class TerminalOut(BaseModel):
    """A terminal at a door."""

    id: int
    site_id: int
    name: str
    last_seen_at: InstantIO | None


class TerminalMade(TerminalOut):
    """A terminal, with its link, which is told this once."""

    link: str


class TerminalList(BaseModel):
    """The terminals of a site that open."""

    items: list[TerminalOut]
    next: int | None = None
