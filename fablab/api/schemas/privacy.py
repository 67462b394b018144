"""Erasing and merging people, what they allow, and the log."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import Id, IdInBody, InstantIO


class ErasureIn(BaseModel):
    """How to erase. Oneself: with one's `password`. `later`: as soon as nothing stands in the way. `override`: as an
    administrator, although something that may be overridden stands in the way.
    """

    model_config = ConfigDict(extra="forbid")
    password: Annotated[str, Field(max_length=1000)] = ""
    later: bool = False
    override: bool = False


class MergeIn(BaseModel):
    """Which record goes over into that of the path, with the versions that were compared; `take` names what of the
    other's card wins, `sure` says that it is one person although something speaks for two.
    """

    model_config = ConfigDict(extra="forbid")
    merged_id: IdInBody
    survivor_version: IdInBody
    merged_version: IdInBody
    take: list[
        Literal[
            "name",
            "email",
            "shared_email",
            "phone",
            "birth_date",
            "locale",
            "languages",
            "emergency_contact",
            "staff_note",
            "photo_id",
            "class_id",
            "home_site_id",
        ]
    ] = []
    sure: bool = False


class MergeOut(BaseModel):
    """What was made one, and how many rows of each table went over."""

    id: int
    survivor_id: int
    merged_id: int
    at: InstantIO
    counts: dict[str, int]


class DoubleOut(BaseModel):
    """Two records that may be one person's, the older one first."""

    one_id: int
    other_id: int


class DoubleList(BaseModel):
    """Every two records that are alike."""

    items: list[DoubleOut]
    next: int | None = None


class ConsentIn(BaseModel):
    """Something new that the lab asks people to allow; `code` is a short word by which programs ask for it."""

    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(max_length=120)]
    text: Annotated[str, Field(max_length=4000)]
    code: Annotated[str, Field(max_length=40)] = ""


class ConsentOut(BaseModel):
    """Something that the lab asks people to allow; who allowed an older version is asked again."""

    id: int
    code: str | None
    title: str
    text: str
    version: int


class ConsentList(BaseModel):
    """What is asked."""

    items: list[ConsentOut]
    next: int | None = None


class AnswerIn(BaseModel):
    """An answer to the version that was read."""

    model_config = ConfigDict(extra="forbid")
    consent_id: IdInBody
    given: bool
    version: IdInBody


class AnswerOut(BaseModel):
    """What somebody answers to something that is asked: `allowed` only if they allowed its present text."""

    consent_id: int
    code: str | None
    title: str
    allowed: bool
    answered_at: InstantIO | None
    answered_version: int | None


class AnswerList(BaseModel):
    """Somebody's latest answers to what is asked."""

    items: list[AnswerOut]
    next: int | None = None


class AuditQuery(BaseModel):
    """Which entries of the log: about a person, by somebody, of an action, in a half-open period; `offset` is the
    `next` of the page before.
    """

    member_id: Id | None = None
    actor_id: Id | None = None
    action: Annotated[str, Field(max_length=60)] = ""
    since: InstantIO | None = None
    until: InstantIO | None = None
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class AuditOut(BaseModel):
    """Somebody (null: the lab itself) did something, perhaps to somebody."""

    id: int
    at: InstantIO
    actor_id: int | None
    action: str
    member_id: int | None
    site_id: int | None
    subject: str
    details: dict[str, Any]


class AuditList(BaseModel):
    """Entries of the log, the latest first, and how many there are on all pages."""

    items: list[AuditOut]
    count: int
    next: int | None = None
