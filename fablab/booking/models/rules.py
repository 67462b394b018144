"""Rows of the lab's own rules about reservations."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import did
from fablab.core.seldom import Seldom


class BookingRule(Seldom, Model):
    """A rule of a kind, with its parameters and its scope: places, people, times. NULL is not asked."""

    __tablename__ = "booking_rules"
    __table_args__ = (
        CheckConstraint("(season_from IS NULL) = (season_to IS NULL)", name="season"),
        CheckConstraint("first_on <= last_on", name="dates"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_booking_rules_standing", "ended_at", "site_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """The code of its kind in the catalogue of rules."""
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resources.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("member_classes.id"))
    membership_kind_id: Mapped[int | None] = mapped_column(ForeignKey("membership_kinds.id"))
    role: Mapped[str | None]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    lacks_course: Mapped[bool] = mapped_column(default=False, server_default=false())
    age_from: Mapped[int | None]
    age_under: Mapped[int | None]
    job: Mapped[str] = mapped_column(default="", server_default=text("''"))
    guests_from: Mapped[int | None]
    windows: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Windows of the week, each as its weekdays (0 is Monday; none is every day) and the minutes of the day from which
    and to which it lasts."""
    outside: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It holds at all times but those."""
    season_from: Mapped[str | None]
    """`MM-DD`, each year."""
    season_to: Mapped[str | None]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    overridable: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Staff may reserve against it, with a written reason."""
    instead: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It stands instead of wider rules about the same, not beside them."""
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The lab's own words, shown after its sentence."""
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    ended_at: Mapped[OptionalInstant]
    """When staff took it away; what it said before stays readable."""
    version: Mapped[int] = mapped_column(default=1)
