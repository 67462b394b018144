"""What a use costs whom. The database refuses to change or delete a charge: it is reversed by another."""

from fractions import Fraction

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.booking.models import NATURES
from fablab.core.db import Instant, Model
from fablab.core.personal import about, for_good
from fablab.members.models import Account, Member
from fablab.usage.models import UsageSession


class Charge(Model):
    """A use, rated once by the price that was in force when it started; price and VAT are copied and stay."""

    __tablename__ = "charges"
    __table_args__ = (
        CheckConstraint("per_seconds > 0", name="base"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("(reverses_id IS NULL) = (quantity_seconds >= 0)", name="reversal"),
        CheckConstraint(f"nature IN ({NATURES})", name="nature"),
        Index(None, "legal_entity_id", "month"),
        Index(None, "account_id", "month"),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    usage_session_id: Mapped[int] = mapped_column(ForeignKey("usage_sessions.id"), index=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    nature: Mapped[str]
    month: Mapped[str]
    """`YYYY-MM` in which the use began, on the site's clock."""
    started_at: Mapped[Instant]
    description: Mapped[str]
    quantity_seconds: Mapped[int]
    """Whole seconds; negative in a reversal."""
    price_id: Mapped[int] = mapped_column(ForeignKey("prices.id"))
    price_cents: Mapped[int]
    per_seconds: Mapped[int]
    gross: Mapped[bool]
    vat_rate_bp: Mapped[int]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"), unique=True)
    created_at: Mapped[Instant]
    usage: Mapped[UsageSession] = relationship()
    account: Mapped[Account] = relationship()
    member: Mapped[Member] = relationship()

    @property
    def exact(self) -> Fraction:
        """The amount in cents, unrounded: only an invoice's line is rounded."""
        return Fraction(self.quantity_seconds * self.price_cents, self.per_seconds)
