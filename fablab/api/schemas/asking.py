"""What may stand in an address or a header: ids, periods, pages, keys."""

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.values import Id, InstantIO


class ResourcePath(BaseModel):
    """A resource by its id."""

    resource_id: Id


class ReservationPath(BaseModel):
    """A reservation by its id."""

    reservation_id: Id


class InvoicePath(BaseModel):
    """An invoice by its id."""

    invoice_id: Id


class Query(BaseModel):
    """What is asked in an address."""

    @classmethod
    @cache
    def model_json_schema(cls, *args: Any, **more: Any) -> dict[str, Any]:  # type: ignore[override]
        """Made once, since flask-openapi3 asks for it at each request."""
        return super().model_json_schema(*args, **more)


class PeriodQuery(Query):
    """A half-open period of at most 62 days."""

    model_config = ConfigDict(populate_by_name=True)
    from_: InstantIO = Field(alias="from")
    to: InstantIO


class PageQuery(PeriodQuery):
    """A period, and how many items to pass over: `next` of the page before."""

    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class ReservationsQuery(PageQuery):
    """Reservations of a period, of one resource if it is given."""

    resource: Id | None = None


class IdempotencyHeader(BaseModel):
    """A word of the client's for this request: sent again with it, the answer is the same reservation."""

    model_config = ConfigDict(populate_by_name=True)
    idempotency_key: str | None = Field(default=None, alias="Idempotency-Key", max_length=200)
