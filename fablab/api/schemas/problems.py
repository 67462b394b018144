"""What the API says when it says no."""

from pydantic import BaseModel


class RefusalOut(BaseModel):
    """One reason why not."""

    code: str
    message: str
    overridable: bool


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    refusals: list[RefusalOut] | None = None
    errors: list[FieldError] | None = None
