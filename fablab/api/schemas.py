"""What goes in and out of the API: one set of typed schemas validates, answers and documents."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
BIGGEST_ID = 2**31 - 1


def parse_instant(value: Any) -> datetime:
    """An RFC 3339 instant; ValueError without an offset, since nobody knows which clock is meant.

    A plus sign that arrives as a space, as it does in an address where it was not escaped, is understood.
    """
    if isinstance(value, datetime):
        return value
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", value.strip()) if isinstance(value, str) else ""
    if not _RFC3339.fullmatch(text):
        raise ValueError("must be an RFC 3339 instant with an offset, such as 2026-09-15T14:30:00+02:00")
    found = datetime.fromisoformat(text.upper())
    if not 1990 <= found.year <= 2200:
        raise ValueError("must lie between the years 1990 and 2200")
    return found.astimezone(UTC)


def show_instant(moment: datetime) -> str:
    """An instant as the API writes it: UTC, to the second unless there is more."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


InstantIO = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    PlainSerializer(show_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "Such as 2026-09-15T14:30:00+02:00"}),
]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]


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


class ResourcePath(BaseModel):
    """A resource by its id."""

    resource_id: Id


class ReservationPath(BaseModel):
    """A reservation by its id."""

    reservation_id: Id


class InvoicePath(BaseModel):
    """An invoice by its id."""

    invoice_id: Id


class PeriodQuery(BaseModel):
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


class LiveOut(BaseModel):
    """What a machine said last. `condition` tells why when it says nothing."""

    condition: str
    sentence: str
    asked_at: InstantIO | None
    answered_at: InstantIO | None
    file_name: str | None
    progress: float | None
    remaining_seconds: int | None


class ResourceOut(BaseModel):
    """Something that can be booked."""

    id: int
    code: str
    name: str
    category: str
    site_id: int
    site: str
    timezone: str
    room: str | None
    model: str
    description: str
    places: int
    slot_minutes: int
    state: str
    state_note: str
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


class ReservationIn(BaseModel):
    """A wish. Without an account the caller's own pays; reserving for somebody else is for staff of the site."""

    model_config = ConfigDict(extra="forbid")
    resource_id: Id
    start: InstantIO
    end: InstantIO
    account_id: Id | None = None
    project_id: Id | None = None
    member_id: Id | None = None
    nature: str = "member"


class IdempotencyHeader(BaseModel):
    """A word of the client's for this request: sent again with it, the answer is the same reservation."""

    model_config = ConfigDict(populate_by_name=True)
    idempotency_key: str | None = Field(default=None, alias="Idempotency-Key", max_length=200)


class ReservationOut(BaseModel):
    """Who has what when, and who pays."""

    id: int
    resource_id: int
    resource: str
    start: InstantIO
    end: InstantIO
    state: str
    nature: str
    member_id: int
    member: str
    account_id: int
    project_id: int | None
    started_at: InstantIO | None
    version: int


class ReservationList(BaseModel):
    """Reservations in order; `next` is the offset of the following page."""

    items: list[ReservationOut]
    next: int | None = None


class AmountOut(BaseModel):
    """What a use costs: the price copied when it was rated, and the exact amount rounded to cents."""

    cents: int
    price_cents: int
    per_seconds: int
    gross: bool


class UsageOut(BaseModel):
    """A measured use. `waits_for` tells why a person must settle it before it is billed."""

    id: int
    resource_id: int
    resource: str
    reservation_id: int | None
    account_id: int | None
    project_id: int | None
    nature: str
    start: InstantIO
    end: InstantIO | None
    seconds: int
    minutes: float
    outcome: str | None
    file_name: str
    waits_for: str | None
    amount: AmountOut | None


class UsageList(BaseModel):
    """Uses, the latest first; `next` is the offset of the following page."""

    items: list[UsageOut]
    next: int | None = None


class InvoiceOut(BaseModel):
    """An issued invoice."""

    id: int
    number: str
    month: str
    issued_on: str
    account_id: int
    account: str
    currency: str
    net_cents: int
    vat_cents: int
    gross_cents: int
    pdf: str


class InvoiceList(BaseModel):
    """Invoices, the newest first."""

    items: list[InvoiceOut]
    next: int | None = None


class RoleOut(BaseModel):
    """A role and where it holds; both null means the whole network."""

    role: str
    site_id: int | None
    legal_entity_id: int | None


class AccountOut(BaseModel):
    """An account that the caller may charge."""

    id: int
    name: str
    kind: str


class CertificateOut(BaseModel):
    """A certificate of the caller's."""

    course: str
    holds: bool
    since: InstantIO | None
    expires_at: InstantIO | None


class MeOut(BaseModel):
    """The caller."""

    id: int
    name: str
    email: str | None
    locale: str
    member_class: str
    roles: list[RoleOut]
    accounts: list[AccountOut]
    certificates: list[CertificateOut]
