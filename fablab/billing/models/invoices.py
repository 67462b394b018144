"""Invoices and what they stand on. The database refuses to change or delete any of these rows once written."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Json, Model
from fablab.core.personal import did, for_good, part_of
from fablab.members.models import Account


class NumberSeries(Model):
    """The last number that was given, and the hash and day of the document that got it."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("legal_entity_id", "series", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    series: Mapped[str]
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(default="")
    last_issued_on: Mapped[date | None]


class Invoice(Model):
    """An issued invoice: numbered, immutable, linked to its predecessor by hash.

    `content` is all that its documents show, copied at issue: nothing that changes later alters them.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("legal_entity_id", "number"),
        CheckConstraint("net_cents + vat_cents = gross_cents", name="total"),
        Index(None, "account_id", "month"),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), info=part_of())
    month: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    issued_at: Mapped[Instant]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Who issued it; NULL from the command line."""
    currency: Mapped[str]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    gross_cents: Mapped[int]
    content: Mapped[Json]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    account: Mapped[Account] = relationship()
    lines: Mapped[list["InvoiceLine"]] = relationship(order_by="InvoiceLine.position")


class InvoiceLine(Model):
    """One line: the uses of one resource at one price, or pieces of one thing. Rounded once, half up.

    A piece is written as one “second” at a price for each: the arithmetic is the same.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = (UniqueConstraint("invoice_id", "position"), for_good())

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), info=part_of())
    position: Mapped[int]
    description: Mapped[str]
    quantity_seconds: Mapped[int]
    price_cents: Mapped[int]
    per_seconds: Mapped[int]
    gross: Mapped[bool]
    vat_rate_bp: Mapped[int]
    unit: Mapped[str] = mapped_column(default="second", server_default="second")
    amount_cents: Mapped[int]


class InvoiceCharge(Model):
    """A charge is on a line; on one only, ever."""

    __tablename__ = "invoice_charges"
    __table_args__ = for_good()

    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("invoice_lines.id"), index=True, info=part_of())


class Document(Model):
    """An invoice's PDF as it was first rendered, with its SHA-256."""

    __tablename__ = "documents"
    __table_args__ = for_good()

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), primary_key=True, info=part_of())
    sha256: Mapped[str]
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    rendered_at: Mapped[Instant]
