"""What was used, and what it costs."""

from pydantic import BaseModel

from fablab.api.schemas.values import InstantIO


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
