"""Rows of what must be done to resources again and again, and of what was done."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.catalog.models.resources import Resource
from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import did
from fablab.members.models import Member


class MaintenancePlan(Model):
    """Work that is due again after some days, after some hours of measured use, or after whichever comes first."""

    __tablename__ = "maintenance_plans"
    __table_args__ = (
        CheckConstraint("every_days >= 1", name="days"),
        CheckConstraint("every_seconds >= 3600", name="use"),
        CheckConstraint("every_days IS NOT NULL OR every_seconds IS NOT NULL", name="due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"), index=True)
    title: Mapped[str]
    instructions: Mapped[str] = mapped_column(default="")
    every_days: Mapped[int | None]
    every_seconds: Mapped[int | None]
    """Of measured use."""
    counted_from: Mapped[Instant]
    """When it was last done, or began to count."""
    counted_from_use: Mapped[int]
    """The resource's measured seconds at that instant."""
    ended_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1)
    resource: Mapped[Resource] = relationship()


class MaintenanceAct(Model):
    """What was done to a resource, by whom, how long it took and what it cost; by a plan, or out of turn."""

    __tablename__ = "maintenance_acts"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("cost_cents >= 0", name="cost"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_plans.id"))
    done_at: Mapped[Instant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    note: Mapped[str]
    minutes: Mapped[int | None]
    cost_cents: Mapped[int] = mapped_column(default=0)
    used_seconds: Mapped[int]
    """The resource's measured use when it was done."""
    by: Mapped[Member] = relationship()
    plan: Mapped[MaintenancePlan | None] = relationship()
