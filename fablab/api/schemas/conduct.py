"""Conduct: holds, strikes, appeals, the rules about them, and why somebody may not."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.network import MemberPath
from fablab.api.schemas.problems import RefusalOut
from fablab.api.schemas.values import Id, IdInBody, InstantIO

Words = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=4000)]
Days = Annotated[int, Field(ge=1, le=3650, strict=True)]
HoldKindIn = Literal["unpaid", "suspended", "other"]
StrikeKindIn = Literal["late_cancellation", "no_show", "conduct"]


class HoldPath(MemberPath):
    """A hold on a member."""

    hold_id: Id


class StrikePath(MemberPath):
    """A strike against a member."""

    strike_id: Id


class AppealPath(BaseModel):
    """An appeal by its id."""

    appeal_id: Id


class WhyQuery(BaseModel):
    """Why a hold is lifted or a strike withdrawn; the person reads it."""

    why: Annotated[str, Field(max_length=1000)] = ""


class HoldIn(BaseModel):
    """Keeps somebody from a site, or (null) from the network, from now or an instant on until another, or until it is
    lifted; with the reservations of that time to cancel. A `key` is placed once.
    """

    model_config = ConfigDict(extra="forbid")
    kind: HoldKindIn
    reason: Words
    site_id: IdInBody | None = None
    starts_at: InstantIO | None = None
    ends_at: InstantIO | None = None
    key: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None
    cancel: Annotated[list[IdInBody], Field(max_length=200)] = []


class HoldOut(BaseModel):
    """A hold; without an author the lab itself placed it, by a rule."""

    id: int
    member_id: int
    kind: str
    site_id: int | None
    reason: str
    placed_at: InstantIO
    placed_by_id: int | None
    starts_at: InstantIO
    ends_at: InstantIO | None
    lifted_at: InstantIO | None
    lifted_why: str | None


class HoldList(BaseModel):
    """The holds on a member that the caller may see, the latest first."""

    items: list[HoldOut]
    next: int | None = None


class StrikeIn(BaseModel):
    """Something that counts against somebody at a site, or (null) in the network. An event strikes once."""

    model_config = ConfigDict(extra="forbid")
    kind: StrikeKindIn = "conduct"
    reason: Words
    site_id: IdInBody | None = None
    subject: Annotated[str, Field(pattern=r"^[a-z_]{1,40}:[0-9]{1,10}$")] | None = None


class StrikeOut(BaseModel):
    """A strike; without an author the lab itself struck, by a rule."""

    id: int
    member_id: int
    kind: str
    site_id: int | None
    reason: str
    subject: str | None
    at: InstantIO
    by_id: int | None
    expires_at: InstantIO | None
    withdrawn_at: InstantIO | None
    withdrawn_why: str | None


class StrikeList(BaseModel):
    """The strikes against a member that the caller may see, the latest first."""

    items: list[StrikeOut]
    next: int | None = None


class AppealsQuery(BaseModel):
    """One's own appeals and one's wards’, or (`open`) those that wait for the caller's answer as staff."""

    open: bool = False


class AppealIn(BaseModel):
    """Says that a hold, or a strike, is wrong."""

    model_config = ConfigDict(extra="forbid")
    text: Text
    hold_id: IdInBody | None = None
    strike_id: IdInBody | None = None


class AnswerIn(BaseModel):
    """Grants an appeal, which lifts the hold or withdraws the strike, or does not; and why."""

    model_config = ConfigDict(extra="forbid")
    granted: Annotated[bool, Field(strict=True)]
    answer: Text


class AppealOut(BaseModel):
    """An appeal, and its answer if there is one."""

    id: int
    member_id: int
    hold_id: int | None
    strike_id: int | None
    by_id: int
    text: str
    at: InstantIO
    granted: bool | None
    answer: str | None
    answered_at: InstantIO | None


class AppealList(BaseModel):
    """Appeals: one's own the latest first, those that wait the oldest first."""

    items: list[AppealOut]
    next: int | None = None


class StepIn(BaseModel):
    """So many strikes within so many days (null: however long ago) suspend for so many days (null: until lifted)."""

    model_config = ConfigDict(extra="forbid")
    kind: StrikeKindIn | None = None
    strikes: Annotated[int, Field(ge=1, le=50, strict=True)]
    within_days: Days | None = None
    after: Annotated[int, Field(ge=0, le=50, strict=True)] = 0
    days: Days | None = None


class PolicyIn(BaseModel):
    """The next version of the rules of a site, or (null) of the network; `version` is that which was read, 0 for none.

    `is_own` false lets a site keep the network's rules again.
    """

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
    site_id: IdInBody | None = None
    is_own: Annotated[bool, Field(strict=True)] = True
    cancel_minutes: Annotated[int, Field(ge=0, le=43_200, strict=True)] | None = None
    no_show_strikes: Annotated[bool, Field(strict=True)] = False
    grace_minutes: Annotated[int, Field(ge=0, le=240, strict=True)] = 15
    strike_days: Days | None = 365
    ladder: Annotated[list[StepIn], Field(max_length=12)] = []


class PolicyOut(BaseModel):
    """The newest version of the rules of a site, or (null) of the network."""

    id: int
    site_id: int | None
    version: int
    is_own: bool
    cancel_minutes: int | None
    no_show_strikes: bool
    grace_minutes: int
    strike_days: int | None
    ladder: list[StepIn]


class PolicyList(BaseModel):
    """The newest versions: the network's first, then by site."""

    items: list[PolicyOut]
    next: int | None = None


class WhyNotQuery(BaseModel):
    """What somebody would reserve, and when."""

    resource_id: Id
    start: InstantIO
    end: InstantIO
    places: Annotated[int, Field(ge=1, le=1000)] = 1


class WhyNotOut(BaseModel):
    """Whether somebody may reserve it now, and every reason why not."""

    may: bool
    refusals: list[RefusalOut]
