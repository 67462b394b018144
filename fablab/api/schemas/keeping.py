"""How long what is kept, and what the lab says to everybody."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import InstantIO
from fablab.core.retention import LONGEST
from fablab.sites import statements

Code = Annotated[str, Field(max_length=40)]


class RetentionPath(BaseModel):
    """A kind of data."""

    code: Code


class RetentionIn(BaseModel):
    """How many months a kind is kept, and whether what is older goes by itself each month."""

    model_config = ConfigDict(extra="forbid")
    months: Annotated[int, Field(ge=1, le=LONGEST, strict=True)]
    automatic: bool = False


class RetentionOut(BaseModel):
    """A kind of data with its period; `old` counts what a purge would remove now, null where nothing is ever purged."""

    code: str
    title: str
    purpose: str
    months: int
    shortest: int
    automatic: bool
    purged_at: InstantIO | None
    old: int | None


class RetentionList(BaseModel):
    """Every kind of data."""

    items: list[RetentionOut]
    next: int | None = None


class PurgeIn(BaseModel):
    """How many rows were shown to whoever agreed that they go."""

    model_config = ConfigDict(extra="forbid")
    shown: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


class PurgeOut(BaseModel):
    """How many rows went."""

    removed: int


class StatementPath(BaseModel):
    """What is told: how data is treated, or whom the pages may leave out."""

    kind: Literal["privacy", "accessibility"]


class StatementIn(BaseModel):
    """What to say from now on, and the version that was read, 0 while nobody has written anything."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=statements.LONGEST)]
    version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


class StatementOut(BaseModel):
    """What the lab says in its own words."""

    kind: str
    text: str
    version: int
    changed_at: InstantIO | None
