"""Rows of what people show to be of a class: a document that staff accept or refuse."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fablab.core.db import Instant, Model, OptionalInstant, where
from fablab.core.personal import Doubled, Erased, about, did, file_of, wiped
from fablab.members.models.people import Member, MemberClass


class ProofState(StrEnum):
    """How far a proof is."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ClassProof(Model):
    """A proof that somebody is of a class from one day to another; without a file it was seen on paper."""

    __tablename__ = "class_proofs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'accepted') = (valid_from IS NOT NULL)", name="valid"),
        CheckConstraint("(valid_from IS NULL) = (valid_until IS NULL)", name="days"),
        Index(None, "member_id", "valid_until"),
        Index(None, "state", "valid_until"),
        Index("uq_class_proofs_waiting", "member_id", "class_id", unique=True, **where("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), info=about(Erased.REMOVED, doubled=Doubled.REMOVED)
    )
    class_id: Mapped[int] = mapped_column(ForeignKey("member_classes.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), info=file_of())
    sent_at: Mapped[Instant]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), info=did())
    state: Mapped[str] = mapped_column(default=ProofState.WAITING)
    decided_at: Mapped[OptionalInstant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), info=did())
    reason: Mapped[str] = mapped_column(default="", info=wiped())
    """Why it was refused; or what was seen on paper."""
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    """The last day on which it holds; the day before `valid_from` where it was taken back at once."""
    version: Mapped[int] = mapped_column(default=1)
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    member_class: Mapped[MemberClass] = relationship()
