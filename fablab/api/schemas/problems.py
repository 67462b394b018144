"""What the API says when it says no."""

from functools import cache
from typing import Any

from pydantic import BaseModel

from fablab.api.schemas.values import InstantIO


class RefusalOut(BaseModel):
    """One reason why not."""

    code: str
    message: str
    overridable: bool
    """Whether staff may do it nevertheless, with a reason in writing."""
    remedy: str = ""
    """What would work."""
    rule_id: int | None = None
    """Which rule of the lab speaks, where one does."""


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class InsteadOut(BaseModel):
    """A resource that somebody could have instead, at the same time."""

    id: int
    name: str
    site_id: int
    site: str


class TouchedOut(BaseModel):
    """A reservation that a change would make impossible, and what its member could have instead."""

    reservation_id: int
    member: str
    resource: str
    site_id: int
    start: InstantIO
    end: InstantIO
    places: int
    instead: list[InsteadOut]
    suggested: int | None


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    refusals: list[RefusalOut] | None = None
    errors: list[FieldError] | None = None
    touched: list[TouchedOut] | None = None
    """Where a change waits for decisions: the first of the reservations that it touches."""
    touched_count: int | None = None
    """How many it touches."""

    @classmethod
    def model_json_schema(cls, *how: Any, **named: Any) -> dict[str, Any]:
        """Its description, kept once it is made: each route asks for it several times as the program starts."""
        return _description(*how, **named)


@cache
def _description(*how: Any, **named: Any) -> dict[str, Any]:
    return super(Problem, Problem).model_json_schema(*how, **named)
