"""Rows of what giving back late, or not coming, costs."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.booking.models.reservations import Reservation
from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import did, part_of, wiped


class ReservationFee(Model):
    """What a reservation costs that was given or brought back too late, or that nobody came for; one at most for each.

    Where it depends on whether somebody else takes the time, that is decided at `settle_at`, once.
    """

    __tablename__ = "reservation_fees"
    __table_args__ = (
        CheckConstraint("act IN ('cancelled', 'missed', 'returned_late')", name="act"),
        CheckConstraint("cents_if_taken >= 0 AND cents_if_taken <= cents", name="cents"),
        CheckConstraint("(settled_at IS NULL) = (due_cents IS NULL)", name="settled"),
        Index("ix_reservation_fees_open", "settle_at", **where("settled_at IS NULL")),
    )

    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), primary_key=True, info=part_of())
    act: Mapped[str]
    """Cancelled, missed, or brought back late."""
    cents: Mapped[int]
    """If nobody else takes the time; VAT included."""
    cents_if_taken: Mapped[int]
    strikes: Mapped[bool] = mapped_column(default=False)
    """It counts as a strike as well if nobody else takes the time; a strike that is sure is written at once."""
    settle_at: Mapped[Instant]
    settled_at: Mapped[OptionalInstant]
    due_cents: Mapped[int | None]
    """What it came to."""
    was_taken: Mapped[bool] = mapped_column(default=False)
    waived_at: Mapped[OptionalInstant]
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    waived_why: Mapped[str] = mapped_column(default="", info=wiped())
    created_at: Mapped[Instant]
    reservation: Mapped[Reservation] = relationship()
