"""Who invoices for what, and at which price from which day on."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Instant, Model, where
from fablab.core.personal import for_good


class IssuerRule(Model):
    """Which legal entity invoices: for a site, a category, a class of members; NULL means any. The narrowest wins."""

    __tablename__ = "issuer_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("member_classes.id"))

    @property
    def order(self) -> tuple[int, int]:
        """Its place among the rules: those with most conditions are asked first, then the older ones."""
        conditions = sum(value is not None for value in (self.site_id, self.category_id, self.class_id))
        return -conditions, self.id


class Price(Model):
    """What measured use costs, from a day on. A price is never changed: a new one begins.

    `amount_cents` buys `per_seconds` of use: 350 per 3600 is 3.50 an hour; never 0.0583 a minute.
    """

    __tablename__ = "prices"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount"),
        CheckConstraint("per_seconds > 0", name="base"),
        Index(
            "uq_prices_class",
            "legal_entity_id",
            "category_id",
            "class_id",
            "valid_from",
            unique=True,
            **where("class_id IS NOT NULL"),
        ),
        Index(
            "uq_prices_every_class",
            "legal_entity_id",
            "category_id",
            "valid_from",
            unique=True,
            **where("class_id IS NULL"),
        ),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("member_classes.id"))
    """The class of members that it is for; NULL is every class without one of its own."""
    valid_from: Mapped[date]
    amount_cents: Mapped[int]
    per_seconds: Mapped[int]
    gross: Mapped[bool] = mapped_column(default=True)
    """The amount includes VAT."""
    created_at: Mapped[Instant]
