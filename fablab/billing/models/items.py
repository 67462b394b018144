"""What is due by the piece, such as a membership or what giving back late costs. The database refuses to change or
delete these rows: an item is reversed by another.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, where
from fablab.core.personal import about, did, for_good, part_of
from fablab.members.models import Account, Member, Membership


class ItemCharge(Model):
    """So many pieces of something at a price each, sold to an account; price and VAT are copied and stay.

    Each thing that can be due has a column of its own that names it: a membership, or the reservation that was given
    back late or missed.
    """

    __tablename__ = "item_charges"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("(reverses_id IS NULL) = (quantity > 0)", name="reversal"),
        CheckConstraint("taxed OR vat_rate_bp = 0", name="taxed"),
        Index(None, "legal_entity_id", "month"),
        Index(None, "account_id", "month"),
        Index("uq_item_charges_membership", "membership_id", unique=True, **where("reverses_id IS NULL")),
        Index("uq_item_charges_reservation", "reservation_id", unique=True, **where("reverses_id IS NULL")),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"))
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    """For whom it is."""
    month: Mapped[str]
    """`YYYY-MM` in which it was sold, on the entity's clock."""
    description: Mapped[str]
    quantity: Mapped[int]
    """Pieces; negative in a reversal."""
    price_cents: Mapped[int]
    gross: Mapped[bool] = mapped_column(default=True)
    taxed: Mapped[bool] = mapped_column(default=True)
    """What is out of VAT's scope stands on an invoice of its own."""
    vat_rate_bp: Mapped[int]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("item_charges.id"), unique=True)
    reason: Mapped[str] = mapped_column(default="")
    """Why it was reversed; it belongs to the accounts and is kept with them."""
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    account: Mapped[Account] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    membership: Mapped[Membership | None] = relationship()

    @property
    def amount_cents(self) -> int:
        """What it costs altogether."""
        return self.quantity * self.price_cents


class InvoiceItem(Model):
    """An item is on a line; on one only, ever."""

    __tablename__ = "invoice_items"
    __table_args__ = for_good()

    item_charge_id: Mapped[int] = mapped_column(ForeignKey("item_charges.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("invoice_lines.id"), index=True, info=part_of())
