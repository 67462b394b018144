"""Rows of what the lab says to everybody in its own words: how it treats data, whom its pages may leave out."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fablab.core.db import Instant, Model
from fablab.core.personal import did


class StatementKind(StrEnum):
    """What a statement is about."""

    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"


class Statement(Model):
    """What the lab says, in the language in which it writes."""

    __tablename__ = "statements"
    __table_args__ = (CheckConstraint("kind IN ('privacy', 'accessibility')", name="kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    version: Mapped[int] = mapped_column(default=1)
