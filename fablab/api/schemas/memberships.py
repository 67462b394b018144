"""Memberships, their kinds and prices."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.sites import Line
from fablab.api.schemas.values import Id, IdInBody, InstantIO

Count = Annotated[int, Field(ge=0, le=100_000, strict=True)]
Text = Annotated[str, Field(max_length=2000)]
Reason = Annotated[str, Field(max_length=500)]
Offset = Annotated[int, Field(ge=0, le=10_000_000)]


class KindPath(BaseModel):
    """A kind of membership by its id."""

    kind_id: Id


class MembershipPath(BaseModel):
    """A membership by its id."""

    membership_id: Id


class PausePath(MembershipPath):
    """A pause of a membership."""

    pause_id: Id


class PersonPath(MembershipPath):
    """Somebody whom a membership covers."""

    person_id: Id


class KindIn(BaseModel):
    """A kind: so many `days` or `months`, or until a `fixed_day` each year; classes: none is for all."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    legal_entity_id: IdInBody
    site_id: IdInBody | None = None
    description: Text = ""
    lasts: Literal["days", "months", "fixed_day"] = "months"
    length: Count | None = None
    until_month: Count | None = None
    until_day: Count | None = None
    next_within_weeks: Count = 0
    grace_days: Count = 0
    remind_days: Annotated[str, Field(max_length=60)] = ""
    remind_at_end: bool = True
    covers: Literal["person", "family", "group"] = "person"
    most_people: Count = 1
    access_level: Count | None = None
    youngest: Count | None = None
    oldest: Count | None = None
    sold_online: bool = False
    taxed: bool = True
    class_ids: Annotated[tuple[IdInBody, ...], Field(max_length=100)] = ()


class KindPatch(BaseModel):
    """What shall be another; `version` is that of the kind as it was read. What is not sent stays; null empties."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Line | None = None
    legal_entity_id: IdInBody | None = None
    site_id: IdInBody | None = None
    description: Text | None = None
    lasts: Literal["days", "months", "fixed_day"] | None = None
    length: Count | None = None
    until_month: Count | None = None
    until_day: Count | None = None
    next_within_weeks: Count | None = None
    grace_days: Count | None = None
    remind_days: Annotated[str, Field(max_length=60)] | None = None
    remind_at_end: bool | None = None
    covers: Literal["person", "family", "group"] | None = None
    most_people: Count | None = None
    access_level: Count | None = None
    youngest: Count | None = None
    oldest: Count | None = None
    sold_online: bool | None = None
    taxed: bool | None = None
    class_ids: Annotated[tuple[IdInBody, ...], Field(max_length=100)] | None = None
    closed: bool | None = None
    """It is no longer sold."""


class MembershipPriceIn(BaseModel):
    """A price, VAT included, from a day on; for a class, or (null) for everybody. One is never changed."""

    model_config = ConfigDict(extra="forbid")
    class_id: IdInBody | None = None
    valid_from: date
    amount_cents: Annotated[int, Field(strict=True, ge=-(10**9), le=10**9)]


class MembershipPriceOut(BaseModel):
    """What a kind costs from a day on, VAT included."""

    id: int
    class_id: int | None
    valid_from: date
    amount_cents: int


class MembershipPriceList(BaseModel):
    """The prices of a kind: everybody's first, then by class; the latest first."""

    items: list[MembershipPriceOut]
    next: int | None = None


class KindOut(BaseModel):
    """A kind of membership."""

    id: int
    name: str
    legal_entity_id: int
    site_id: int | None
    description: str
    lasts: str
    length: int | None
    until_month: int | None
    until_day: int | None
    next_within_weeks: int
    grace_days: int
    remind_days: str
    remind_at_end: bool
    covers: str
    most_people: int
    access_level: int | None
    youngest: int | None
    oldest: int | None
    sold_online: bool
    taxed: bool
    class_ids: tuple[int, ...]
    closed_at: InstantIO | None
    version: int


class KindList(BaseModel):
    """The kinds by name, those no longer sold last."""

    items: list[KindOut]
    next: int | None = None


class MembershipsQuery(BaseModel):
    """One's own memberships; somebody else's; or (`all`, for hosts) everybody's, a thousand at a time."""

    member: Id | None = None
    all: bool = False
    offset: Offset = 0


class MembershipIn(BaseModel):
    """What is sold: by default to oneself, from today on, at the cost of the account that pays where nobody chooses."""

    model_config = ConfigDict(extra="forbid")
    kind_id: IdInBody
    member_id: IdInBody | None = None
    first_on: date | None = None
    account_id: IdInBody | None = None
    people: Annotated[tuple[IdInBody, ...], Field(max_length=500)] = ()


class RenewalIn(BaseModel):
    """Who pays for the renewal; by default who paid before."""

    model_config = ConfigDict(extra="forbid")
    account_id: IdInBody | None = None


class PauseIn(BaseModel):
    """Days on which it does not hold, the last included."""

    model_config = ConfigDict(extra="forbid")
    from_on: date
    to_on: date
    reason: Reason


class EndIn(BaseModel):
    """The last day that counts, and why; `version` is that of the membership as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    last_on: date
    reason: Reason


class PersonIn(BaseModel):
    """Somebody whom it covers from a day on; by default from today."""

    model_config = ConfigDict(extra="forbid")
    member_id: IdInBody
    joined_on: date | None = None


class WaiverIn(BaseModel):
    """Why nobody pays for it."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason


class PauseOut(BaseModel):
    """Days on which a membership does not hold, the last included."""

    id: int
    from_on: date
    to_on: date


class PersonOut(BaseModel):
    """Somebody whom a membership covers, until (null) its end."""

    member_id: int
    joined_on: date
    left_on: date | None


class MembershipOut(BaseModel):
    """A membership; `standing` is how it stands today: planned, in_order, paused, grace, lapsed or ended."""

    id: int
    kind_id: int
    kind: str
    holder_id: int
    account_id: int
    price_cents: int
    first_on: date
    last_on: date
    ended_on: date | None
    standing: str
    people: list[PersonOut]
    pauses: list[PauseOut]
    renews_id: int | None
    version: int


class MembershipList(BaseModel):
    """Memberships, the newest first; everybody's by id."""

    items: list[MembershipOut]
    next: int | None = None
