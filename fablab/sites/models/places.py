"""Rows of the network's places and of who stands behind them in law."""

from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Model, OptionalInstant
from fablab.core.seldom import Seldom


class LegalEntity(Seldom, Model):
    """Who invoices: an association, a public body, a company."""

    __tablename__ = "legal_entities"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    siren: Mapped[str | None]
    siret: Mapped[str | None]
    """Its head office's number: the SIREN and five digits more."""
    vat_number: Mapped[str | None]
    currency: Mapped[str] = mapped_column(default="EUR")
    timezone: Mapped[str] = mapped_column(default="Europe/Paris")
    """Whose calendar dates its invoices."""
    invoice_prefix: Mapped[str] = mapped_column(default="F")
    invoice_note: Mapped[str] = mapped_column(default="")
    """What its invoices say at the foot: terms of payment, bank account, mentions."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")

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


class Staffing(StrEnum):
    """Where a site's staffed hours come from."""

    PLANNED = "planned"
    """Employees: what the timetable calls staffed is staffed."""
    SHIFTS = "shifts"
    """People take shifts: from some hours ahead on, only what enough of them confirmed is staffed."""


class SignUpRule(StrEnum):
    """How people join a site by themselves."""

    CLOSED = "closed"
    """Not at all: staff add them, or invite them."""
    APPROVAL = "approval"
    """They sign up, and staff approve them."""
    OPEN = "open"
    """They sign up and are members."""


class Site(Seldom, Model):
    """A place with its own hours, staff and time zone."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    town: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Europe/Paris")
    country: Mapped[str] = mapped_column(default="FR", server_default="FR")
    """ISO 3166 code, for its public holidays."""
    subdivision: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The part of the country where holidays differ, as the holidays library names it."""
    description: Mapped[str] = mapped_column(default="", server_default=text("''"))
    email: Mapped[str] = mapped_column(default="", server_default=text("''"))
    phone: Mapped[str] = mapped_column(default="", server_default=text("''"))
    map_url: Mapped[str] = mapped_column(default="", server_default=text("''"))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    staffing: Mapped[str] = mapped_column(default=Staffing.PLANNED, server_default="planned")
    shift_notice_hours: Mapped[int] = mapped_column(default=48, server_default="48")
    """How many hours ahead a shift must have its people."""
    sign_up: Mapped[str] = mapped_column(default=SignUpRule.CLOSED, server_default="closed")
    adult_age: Mapped[int] = mapped_column(default=18, server_default="18")
    """Those who are younger need a guardian who signed for them."""
    needs_membership: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whoever reserves needs a membership in order on that day."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @property
    def zone(self) -> ZoneInfo:
        """The site's clock; it serves to parse, to show, and to cut days."""
        return ZoneInfo(self.timezone)


class Room(Seldom, Model):
    """A part of a site where resources stand."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    removed_at: Mapped[OptionalInstant]
    """A room that is no more keeps its name for the history of what stood there."""
    site: Mapped[Site] = relationship()
