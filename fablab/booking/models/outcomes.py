"""Rows of what came of appointments."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Instant, Model
from fablab.core.personal import did, part_of, wiped


class Outcome(Model):
    """What came of an appointment with an adviser; for staff and the adviser only."""

    __tablename__ = "outcomes"

    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), primary_key=True, info=part_of())
    came: Mapped[bool]
    note: Mapped[str] = mapped_column(default="", info=wiped())
    next_step: Mapped[str] = mapped_column(default="", info=wiped())
    noted_at: Mapped[Instant]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    version: Mapped[int] = mapped_column(default=1)
