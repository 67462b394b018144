"""Rows of what people report: problems with a machine or a place, injuries and near misses, and what became of them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.catalog.models.resources import Resource
from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import Doubled, Erased, about, did, file_of, part_of, wiped
from fablab.members.models import Member
from fablab.sites.models import Site


class ProblemKind(StrEnum):
    """What is reported; injuries and near misses are for staff's eyes only."""

    PROBLEM = "problem"
    INJURY = "injury"
    NEAR_MISS = "near_miss"

    @property
    def is_private(self) -> bool:
        return self is not ProblemKind.PROBLEM


class ProblemState(StrEnum):
    """How far it is."""

    NEW = "new"
    ASSIGNED = "assigned"
    WAITING = "waiting"
    """For parts, or for somebody from outside."""
    FIXED = "fixed"


class Problem(Model):
    """Something that is wrong with a resource, or at a site."""

    __tablename__ = "problems"
    __table_args__ = (
        CheckConstraint("kind IN ('problem', 'injury', 'near_miss')", name="kind"),
        CheckConstraint("state IN ('new', 'assigned', 'waiting', 'fixed')", name="state"),
        CheckConstraint("(state = 'fixed') = (fixed_at IS NOT NULL)", name="fixed"),
        Index(None, "site_id", "state"),
        Index(None, "resource_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resources.id"))
    """NULL is the place itself: a light, a door."""
    kind: Mapped[str] = mapped_column(default=ProblemKind.PROBLEM)
    text: Mapped[str] = mapped_column(info=wiped())
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), info=file_of())
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True, info=about())
    reporter_name: Mapped[str] = mapped_column(default="", info=wiped())
    """What somebody wrote who had not signed in."""
    reported_at: Mapped[Instant]
    state: Mapped[str] = mapped_column(default=ProblemState.NEW)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    waiting_for: Mapped[str] = mapped_column(default="")
    fixed_at: Mapped[OptionalInstant]
    version: Mapped[int] = mapped_column(default=1)
    site: Mapped[Site] = relationship()
    resource: Mapped[Resource | None] = relationship()
    reporter: Mapped[Member | None] = relationship(foreign_keys=reporter_id)
    assigned_to: Mapped[Member | None] = relationship(foreign_keys=assigned_to_id)


class ProblemEntry(Model):
    """A line of a problem's log: what somebody wrote, and the state that it came into, if that changed."""

    __tablename__ = "problem_entries"
    __table_args__ = (CheckConstraint("state IN ('new', 'assigned', 'waiting', 'fixed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id"), index=True, info=part_of())
    at: Mapped[Instant]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    state: Mapped[str | None]
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    """Whom it was given to, if that changed."""
    text: Mapped[str] = mapped_column(default="")
    by: Mapped[Member | None] = relationship(foreign_keys=by_id)
    assigned_to: Mapped[Member | None] = relationship(foreign_keys=assigned_to_id)


class ProblemFollower(Model):
    """Somebody who is told what becomes of a problem."""

    __tablename__ = "problem_followers"

    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), primary_key=True, info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
