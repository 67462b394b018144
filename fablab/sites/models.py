"""Rows of the network's places and of who stands behind them in law."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Model


class LegalEntity(Model):
    """Who invoices: an association, a public body, a company."""

    __tablename__ = "legal_entities"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    siren: Mapped[str | None]
    vat_number: Mapped[str | None]
    currency: Mapped[str] = mapped_column(default="EUR")
    timezone: Mapped[str] = mapped_column(default="Europe/Paris")
    """Whose calendar dates its invoices."""
    invoice_prefix: Mapped[str] = mapped_column(default="F")
    invoice_note: Mapped[str] = mapped_column(default="")
    """What its invoices say at the foot: terms of payment, bank account, mentions."""

    @property
    def zone(self) -> ZoneInfo:
        """The clock that dates its invoices."""
        return ZoneInfo(self.timezone)


class VatRegime(Model):
    """Under which VAT rate an entity sells from a day on; a rate that changes is a new row."""

    __tablename__ = "vat_regimes"
    __table_args__ = (
        UniqueConstraint("legal_entity_id", "valid_from"),
        CheckConstraint("rate_bp >= 0 AND rate_bp < 10000", name="rate"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    valid_from: Mapped[date]
    rate_bp: Mapped[int]
    """Basis points: 2000 is 20 %."""
    mention: Mapped[str] = mapped_column(default="")
    """What an invoice must say under this regime, such as why no VAT is due."""


class Site(Model):
    """A place with its own hours, staff and time zone."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    town: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Europe/Paris")

    @property
    def zone(self) -> ZoneInfo:
        """The site's clock; it serves to parse, to show, and to cut days."""
        return ZoneInfo(self.timezone)


class Room(Model):
    """A part of a site where resources stand."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    site: Mapped[Site] = relationship()


class OpeningHours(Model):
    """One opening of a weekday, in minutes of the site's wall clock; `closes` may pass midnight."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens >= 0 AND opens < 1440 AND closes > opens AND closes <= 2880", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    weekday: Mapped[int]
    """0 is Monday."""
    opens: Mapped[int]
    closes: Mapped[int]
