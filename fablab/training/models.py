"""Rows of courses and of the append-only history of certificates."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant
from fablab.core.personal import about, did, for_good, wiped
from fablab.core.seldom import Seldom, SeldomOfPeople


class Course(Seldom, Model):
    """What is taught, and the certificate that it leads to."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    validity_months: Mapped[int | None]
    """How long a certificate granted now will hold; NULL is for ever."""


class Requirement(Seldom, Model):
    """A resource, or every resource of a category, needs a course's certificate. Several: all of them."""

    __tablename__ = "requirements"
    __table_args__ = (
        CheckConstraint("(category_id IS NULL) <> (resource_id IS NULL)", name="target"),
        UniqueConstraint("course_id", "category_id"),
        UniqueConstraint("course_id", "resource_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resources.id"), index=True)
    course: Mapped[Course] = relationship()


class CertificateAct(StrEnum):
    """What happened to a person's certificate."""

    GRANTED = "granted"
    REVOKED = "revoked"


class CertificateEvent(SeldomOfPeople, Model):
    """One act on a person's certificate. Rows are added, never changed: what held at any instant can be replayed."""

    __tablename__ = "certificate_events"
    __table_args__ = (
        CheckConstraint("act IN ('granted', 'revoked')", name="act"),
        Index(None, "member_id", "course_id", "id"),
        for_good(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=about())
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    act: Mapped[str]
    at: Mapped[Instant]
    expires_at: Mapped[OptionalInstant]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    note: Mapped[str] = mapped_column(default="", info=wiped())
    """The one thing that may change: it is emptied when its person is erased (migration 0011)."""
    course: Mapped[Course] = relationship()
