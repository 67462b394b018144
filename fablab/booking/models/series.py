"""Rows of reservations that were made to repeat."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.booking.models.reservations import NATURES
from fablab.catalog.models import Resource
from fablab.core.db import Instant, Model
from fablab.core.personal import about, did
from fablab.members.models import Member


class ReservationSeries(Model):
    """What somebody asked to repeat, as they asked for it; what became of each time is told by its reservation."""

    __tablename__ = "reservation_series"
    __table_args__ = (
        CheckConstraint("every_weeks BETWEEN 1 AND 52", name="every_weeks"),
        CheckConstraint("starts_minute BETWEEN 0 AND 1439", name="starts_minute"),
        CheckConstraint("minutes >= 1", name="minutes"),
        CheckConstraint("(times IS NULL) <> (until_on IS NULL)", name="end"),
        CheckConstraint(f"nature IN ({NATURES})", name="nature"),
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("created_by_id", "request_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    nature: Mapped[str]
    first_on: Mapped[date]
    """The first day; its weekday is that of all."""
    starts_minute: Mapped[int]
    """The minute of the day at which it begins, on the clock on the wall of the site."""
    minutes: Mapped[int]
    """How much further that clock shows when it ends."""
    every_weeks: Mapped[int]
    times: Mapped[int | None]
    until_on: Mapped[date | None]
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    request_key: Mapped[str | None]
    """The client's word for this request: asked twice, answered with the same series."""
    version: Mapped[int] = mapped_column(default=1)
    resource: Mapped[Resource] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=member_id)
