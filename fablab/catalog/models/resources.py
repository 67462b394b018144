"""Rows of what can be booked, of what each needs besides, and of where and how it has been."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.catalog.models.categories import Category
from fablab.core.db import Instant, Model, OptionalInstant, OptionalJson
from fablab.core.files import StoredFile
from fablab.core.personal import did
from fablab.core.seldom import Seldom
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
    state_until: Mapped[OptionalInstant]
    """While it is out: when it is expected back, from when on it can be reserved; NULL is nobody knows."""
    used_seconds: Mapped[int] = mapped_column(default=0)
    """Measured use so far, for maintenance by hours."""
    needs_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Used only while staff are there."""
    timetable_id: Mapped[int | None] = mapped_column(ForeignKey("timetables.id"))
    """A narrower timetable of its own, of its site's."""
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    specs: Mapped[OptionalJson]
    """What is written into its category's fields, by the field's id."""
    organisation: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Of an adviser: the partner that they come from."""
    adviser_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Of an adviser: the person, who sees the appointments and notes what came of them."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts what staff write, so that two who edit at once cannot undo each other."""
    created_at: Mapped[Instant]
    category: Mapped[Category] = relationship()
    site: Mapped[Site] = relationship()
    room: Mapped[Room | None] = relationship()

    def is_out_at(self, start: datetime, now: datetime) -> bool:
        """Tell whether a use that would begin then finds it taken out; once overdue, it stays out until staff say."""
        if ResourceState(self.state).bookable:
            return False
        is_back = self.state_until is not None and now < self.state_until <= start
        return self.state == ResourceState.RETIRED or not is_back


class ResourceLink(Seldom, Model):
    """Who has the one has places of the other besides: a laser and its extractor, two rooms joined into one."""

    __tablename__ = "resource_links"
    __table_args__ = (
        CheckConstraint("resource_id <> other_id", name="other"),
        CheckConstraint("places >= 1", name="places"),
        UniqueConstraint("resource_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("resources.id"), index=True)
    places: Mapped[int | None]
    """How many places of the other; NULL is all of them."""


class FileRole(StrEnum):
    """What a resource's file is for."""

    MANUAL = "manual"
    SAFETY = "safety"
    OTHER = "other"


class ResourceFile(Model):
    """A manual, a safety sheet or another document of a resource."""

    __tablename__ = "resource_files"
    __table_args__ = (CheckConstraint("role IN ('manual', 'safety', 'other')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    role: Mapped[str] = mapped_column(default=FileRole.MANUAL)
    title: Mapped[str]
    file: Mapped[StoredFile] = relationship()


class Placement(Model):
    """Where a resource has stood from an instant on; moving it adds a row."""

    __tablename__ = "placements"
    __table_args__ = (Index(None, "resource_id", "from_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    from_at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    site: Mapped[Site] = relationship()
    room: Mapped[Room | None] = relationship()


class StateChange(Model):
    """What staff said of a resource's state from an instant on: the log of its outages."""

    __tablename__ = "state_changes"
    __table_args__ = (
        CheckConstraint("state IN ('available', 'limited', 'out_of_order', 'maintenance', 'retired')", name="state"),
        Index(None, "resource_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    until: Mapped[OptionalInstant]
