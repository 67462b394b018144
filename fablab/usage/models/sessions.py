"""Jobs as machines report them, and sessions of use as the lab accounts for them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.booking.models import NATURES, Nature, Reservation
from fablab.catalog.models import Resource
from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import about, did, part_of, wiped
from fablab.members.models import Account, Member


class Review(StrEnum):
    """Why a session waits for a person before it is billed."""

    NOBODY = "nobody"
    """No reservation was running: nobody knows whose it is."""
    UNKNOWN = "unknown"
    """The machine was lost in mid-job: nobody knows how it ended."""
    FAILED = "failed"
    """The machine failed: staff say whether it is billed."""


class UsageSession(Model):
    """A use of a resource from start to end, with its measured working seconds.

    It waits for staff while `review` is set. What is billed was settled: by the machine's own word, or by a person.
    """

    __tablename__ = "usage_sessions"
    __table_args__ = (
        CheckConstraint("seconds >= 0", name="seconds"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="order"),
        CheckConstraint(f"nature IN ({NATURES})", name="nature"),
        CheckConstraint("(member_id IS NULL) = (account_id IS NULL)", name="payer"),
        Index(
            "uq_usage_sessions_open",
            "resource_id",
            unique=True,
            **where("ended_at IS NULL"),
        ),
        Index(None, "member_id", "started_at"),
        Index(None, "account_id", "started_at"),
        Index(None, "resource_id", "started_at"),
        Index(
            "ix_usage_sessions_review",
            "review",
            **where("review IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=about())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    nature: Mapped[str] = mapped_column(default=Nature.MEMBER)
    started_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]
    seconds: Mapped[int] = mapped_column(default=0)
    """Measured working time so far: whole seconds, pauses left out."""
    outcome: Mapped[str | None]
    review: Mapped[str | None]
    waived: Mapped[bool] = mapped_column(default=False)
    """Staff decided that it is not billed."""
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    settled_at: Mapped[OptionalInstant]
    note: Mapped[str] = mapped_column(default="", info=wiped())
    resource: Mapped[Resource] = relationship()
    member: Mapped[Member | None] = relationship(foreign_keys=member_id)
    account: Mapped[Account | None] = relationship()
    reservation: Mapped[Reservation | None] = relationship()
    jobs: Mapped[list["Job"]] = relationship(back_populates="session", order_by="Job.started_at")

    @property
    def file_name(self) -> str:
        """What was made, as the machine named it."""
        return self.jobs[0].file_name if self.jobs else ""


class Job(Model):
    """One run of a machine as it reported it; its `key` lets it be told once however often it is heard."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("resource_id", "key"), CheckConstraint("printed_seconds >= 0", name="printed"))

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("usage_sessions.id"), index=True, info=part_of())
    key: Mapped[str]
    file_name: Mapped[str] = mapped_column(info=wiped())
    path: Mapped[str] = mapped_column(info=wiped())
    machine_user: Mapped[str | None] = mapped_column(info=wiped())
    started_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]
    printed_seconds: Mapped[int] = mapped_column(default=0)
    """The machine's own absolute figure, replaced at each report, never added up."""
    outcome: Mapped[str | None]
    certain: Mapped[bool] = mapped_column(default=True)
    session: Mapped[UsageSession] = relationship(back_populates="jobs")
