"""Rows of the catalogue."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model
from fablab.sites.models import Room, Site


class ResourceState(StrEnum):
    """What staff say of a resource; what a machine says of itself is a reading, in `usage`."""

    AVAILABLE = "available"
    LIMITED = "limited"
    OUT_OF_ORDER = "out_of_order"
    MAINTENANCE = "maintenance"
    RETIRED = "retired"

    @property
    def bookable(self) -> bool:
        return self in (ResourceState.AVAILABLE, ResourceState.LIMITED)


class Category(Model):
    """A kind of resource: 3D printer, laser cutter, meeting room… the network's own list."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    icon: Mapped[str] = mapped_column(default="tools")
    position: Mapped[int] = mapped_column(default=0)


class Resource(Model):
    """Something that can be booked. A machine has one place, a room of twelve desks twelve."""

    __tablename__ = "resources"
    __table_args__ = (
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 1440", name="slot"),
        CheckConstraint("state IN ('available', 'limited', 'out_of_order', 'maintenance', 'retired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """A short word for its page and its QR code."""
    name: Mapped[str]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    model: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    places: Mapped[int] = mapped_column(default=1)
    slot_minutes: Mapped[int] = mapped_column(default=30)
    """The step of its grid, and its shortest reservation."""
    state: Mapped[str] = mapped_column(default=ResourceState.AVAILABLE)
    state_note: Mapped[str] = mapped_column(default="")
    used_seconds: Mapped[int] = mapped_column(default=0)
    """Measured use so far, for maintenance by hours."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts what staff write, so that two who edit at once cannot undo each other."""
    created_at: Mapped[Instant]
    category: Mapped[Category] = relationship()
    site: Mapped[Site] = relationship()
    room: Mapped[Room | None] = relationship()
