"""Rows of the kinds of resources, with the fields that each kind has of its own."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Model
from fablab.core.seldom import Seldom


class CategoryKind(StrEnum):
    """What a category's resources are, for the words that screens use."""

    MACHINE = "machine"
    SPACE = "space"
    ADVISER = "adviser"


class Category(Seldom, Model):
    """A kind of resource: 3D printer, laser cutter, meeting room… the network's own list."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    icon: Mapped[str] = mapped_column(default="tools")
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(default=CategoryKind.MACHINE, server_default="machine")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    fields: Mapped[list["CategoryField"]] = relationship(order_by="CategoryField.position, CategoryField.id")


class FieldKind(StrEnum):
    """What is written into a category's field."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yes_no"


class CategoryField(Model):
    """A field that every resource of a category has: working area, materials allowed, seats…"""

    __tablename__ = "category_fields"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'number', 'choice', 'yes_no')", name="kind"),
        UniqueConstraint("category_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default=FieldKind.TEXT)
    unit: Mapped[str] = mapped_column(default="")
    choices: Mapped[str] = mapped_column(default="")
    """What to choose from, one a line."""
    position: Mapped[int] = mapped_column(default=0)


class CategoryTimetable(Seldom, Model):
    """A category's narrower timetable at a site."""

    __tablename__ = "category_timetables"

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetables.id"))
